using System.CommandLine;
using System.Text.RegularExpressions;

namespace Evo.Cli.Commands;

/// <summary>Arguments and options that several subcommands share, with one wording.</summary>
internal static partial class CommonOptions
{
    public static Argument<string> Space() => new("SPACE") { Description = "The search-space file (YAML)." };

    public static Argument<string> RunDirectory() => new("DIR") { Description = "A run directory." };

    public static Argument<string> Candidate() => new("CANDIDATE") { Description = "A candidate's id, or an unambiguous beginning of it." };

    public static Option<bool> Json() => new("--json") { Description = "Print JSON on stdout." };

    public static Option<string?> Device()
    {
        var device = new Option<string?>("--device") { Description = "cpu, cuda or cuda:N; overrides the search space." };
        device.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } name && !DeviceName().IsMatch(name))
                result.AddError($"--device takes cpu, cuda or cuda:N, not '{name}'.");
        });
        return device;
    }

    public static Option<string[]> Set() => new("--set")
    {
        Description = "Override a value of the search space, for example --set search.seed=3. May be repeated.",
        DefaultValueFactory = _ => [],
        HelpName = "path=value",
    };

    [GeneratedRegex(@"\A(cpu|cuda(:[0-9]{1,3})?)\z")]
    private static partial Regex DeviceName();
}
