using System.CommandLine;
using System.Globalization;
using Evo.Cli.Output;
using Evo.Cli.Sessions;
using Evo.Search.Loop;

namespace Evo.Cli.Commands;

/// <summary><c>evo resume DIR</c>: continues a run from its directory alone, and extends its budget.</summary>
internal static class ResumeCommand
{
    public static Command Create(CliConsole console)
    {
        var directory = CommonOptions.RunDirectory();
        var generations = new Option<string?>("--generations") { Description = "More generations than the run was given, as +N.", HelpName = "+N" };
        var evaluations = new Option<string?>("--evaluations") { Description = "More evaluations than the run was given, as +N.", HelpName = "+N" };
        var device = CommonOptions.Device();
        var json = CommonOptions.Json();
        foreach (var option in (Option<string?>[])[generations, evaluations])
        {
            option.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<string?>() is { } text && Increment(text) is null)
                    result.AddError($"{option.Name} takes a positive whole number such as +20, not '{text}'.");
            });
        }

        var command = new Command("resume", "Continue a run, and extend it.") { directory, generations, evaluations, device, json };
        command.SetAction((parsed, _) =>
        {
            var request = new ResumeRequest(
                parsed.GetRequiredValue(directory), Increment(parsed.GetValue(generations)) ?? 0, Increment(parsed.GetValue(evaluations)) ?? 0,
                parsed.GetValue(device));
            return SearchSession.RunAsync(
                console, parsed.GetValue(json), (observer, stop) => SearchRunner.ResumeAsync(request, observer, stop));
        });
        return command;
    }

    private static int? Increment(string? text) =>
        int.TryParse(text?.TrimStart('+'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
}
