using System.CommandLine;
using Evo.Cli.Output;
using Evo.Search.Loop;

namespace Evo.Cli.Commands;

/// <summary><c>evo validate SPACE</c>: every check that a run makes before any work.</summary>
internal static class ValidateCommand
{
    public static Command Create(CliConsole console)
    {
        var space = CommonOptions.Space();
        var device = CommonOptions.Device();
        var overrides = CommonOptions.Set();
        var json = CommonOptions.Json();
        var command = new Command("validate", "Check a search space, its models and its tasks, before any work is spent.")
        {
            space, device, overrides, json,
        };
        command.SetAction(parsed =>
        {
            var request = new SearchRequest(
                parsed.GetRequiredValue(space), Overrides: [.. parsed.GetRequiredValue(overrides)], Device: parsed.GetValue(device));
            PlanText.Write(console, SearchRunner.Validate(request), parsed.GetValue(json), "valid");
            return ExitCode.Done;
        });
        return command;
    }
}
