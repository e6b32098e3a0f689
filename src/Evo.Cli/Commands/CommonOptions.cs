using System.CommandLine;

namespace Evo.Cli.Commands;

/// <summary>Arguments and options that several subcommands share, with one wording.</summary>
internal static class CommonOptions
{
    public static Argument<string> Space() => new("SPACE") { Description = "The search-space file (YAML)." };

    public static Argument<string> RunDirectory() => new("DIR") { Description = "A run directory." };

    public static Argument<string> Candidate() => new("CANDIDATE") { Description = "A candidate's id, or an unambiguous beginning of it." };

    public static Option<bool> Json() => new("--json") { Description = "Print JSON on stdout." };

    public static Option<string?> Device() => new("--device") { Description = "cpu, cuda or cuda:N; overrides the search space." };

    public static Option<string[]> Set() => new("--set")
    {
        Description = "Override a value of the search space, for example --set search.seed=3. May be repeated.",
        DefaultValueFactory = _ => [],
        HelpName = "path=value",
    };
}
