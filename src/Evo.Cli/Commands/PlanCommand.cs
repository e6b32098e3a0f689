using System.CommandLine;
using Evo.Cli.Output;
using Evo.Cli.Sessions;
using Evo.Merging.Engines;
using Evo.Merging.Engines.Forecasts;
using Evo.Merging.Recipes;
using Evo.Search.Loop;

namespace Evo.Cli.Commands;

/// <summary><c>evo plan SPACE</c> and <c>evo plan RECIPE</c>: what a search or a merge will take, before anything is spent.</summary>
internal static class PlanCommand
{
    public static Command Create(CliConsole console)
    {
        var file = new Argument<string>("SPACE|RECIPE") { Description = "A search space, or a mergekit recipe (YAML); its keys tell which." };
        var device = CommonOptions.Device();
        var overrides = CommonOptions.Set();
        var memory = MergeOptions.Memory();
        var modelsFrom = MergeOptions.ModelsFrom();
        var json = CommonOptions.Json();
        var command = new Command(
            "plan",
            "What a search will take: genes, evaluations, memory, disk, time (one candidate is probed), money; of a recipe: bytes to read and write, memory, disk, time.")
        {
            file, device, overrides, memory, modelsFrom, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = parsed.GetRequiredValue(file);
            if (File.Exists(path) && RecipeReader.IsRecipe(await File.ReadAllTextAsync(path, cancellation).ConfigureAwait(false), path))
            {
                using var session = RecipeSession.Open(path, parsed.GetValue(modelsFrom), output: null, memory: null, console.Error.WriteLine, cancellation);
                var options = new FolderMergeOptions { MemoryBytes = ByteSize.Parse(parsed.GetRequiredValue(memory))!.Value };
                MergeText.Tell(console, session);
                MergeForecastText.Write(console, session, MergeForecast.Of(session.Plan, options, cancellation: cancellation), parsed.GetValue(json));
                return ExitCode.Done;
            }

            var request = new SearchRequest(path, Overrides: [.. parsed.GetRequiredValue(overrides)], Device: parsed.GetValue(device));
            var plan = await SearchRunner.PlanAsync(request, cancellation).ConfigureAwait(false);
            PlanText.Write(console, plan, parsed.GetValue(json), "planned");
            return ExitCode.Done;
        });
        return command;
    }
}
