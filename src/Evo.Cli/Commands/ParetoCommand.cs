using System.CommandLine;
using Evo.Cli.Output;
using Evo.Search.Fronts;
using Evo.Search.Runs;

namespace Evo.Cli.Commands;

/// <summary><c>evo pareto DIR</c>: the front, with standard errors and held-out scores, base, parents and uniform merge marked.</summary>
internal static class ParetoCommand
{
    public static Command Create(CliConsole console)
    {
        var directory = CommonOptions.RunDirectory();
        var generation = new Option<int?>("--generation") { Description = "The front as it stood after this generation. Default: the newest." };
        var format = new Option<string>("--format") { Description = "table, json or csv.", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong("table", "json", "csv");
        var top = new Option<int?>("--top") { Description = "In the table, only this many members: those that together hold the most hypervolume." };
        top.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1) result.AddError("--top takes a whole number from 1.");
        });
        var json = CommonOptions.Json();
        var command = new Command("pareto", "The Pareto front of a run.") { directory, generation, format, top, json };
        command.SetAction(parsed =>
        {
            using var run = RunReader.Open(parsed.GetRequiredValue(directory));
            var front = run.Front(parsed.GetValue(generation));
            switch (parsed.GetValue(json) ? "json" : parsed.GetValue(format))
            {
                case "json":
                    console.Out.Write(FrontText.ToJson(front));
                    break;
                case "csv":
                    console.Out.Write(FrontText.ToCsv(front));
                    break;
                default:
                    FrontTable.Write(console.Tables(), front, parsed.GetValue(top) ?? int.MaxValue);
                    break;
            }

            return ExitCode.Done;
        });
        return command;
    }
}
