using System.CommandLine;
using Evo.Cli.Output;
using Evo.Search.Runs;

namespace Evo.Cli.Commands;

/// <summary><c>evo show DIR CANDIDATE</c>: one candidate's scores, coefficients, recipe and item results.</summary>
internal static class ShowCommand
{
    public static Command Create(CliConsole console)
    {
        var directory = CommonOptions.RunDirectory();
        var candidate = CommonOptions.Candidate();
        var items = new Option<bool>("--items") { Description = "List every item's result, not only the totals." };
        var json = CommonOptions.Json();
        var command = new Command("show", "One candidate: scores, coefficients by layer and component, recipe, item results.")
        {
            directory, candidate, items, json,
        };
        command.SetAction(parsed =>
        {
            using var run = RunReader.Open(parsed.GetRequiredValue(directory));
            var details = run.Show(parsed.GetRequiredValue(candidate));
            if (parsed.GetValue(json)) console.Out.Write(details.ToJson());
            else CandidateText.Write(console, details, parsed.GetValue(items));
            return ExitCode.Done;
        });
        return command;
    }
}
