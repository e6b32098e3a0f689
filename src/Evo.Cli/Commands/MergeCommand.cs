using System.CommandLine;
using System.Text.Json.Nodes;
using Evo.Cli.Output;
using Evo.Cli.Sessions;
using Evo.Cli.Signals;
using Evo.Merging.Engines;
using Evo.Merging.Engines.Forecasts;

namespace Evo.Cli.Commands;

/// <summary><c>evo merge RECIPE --out FOLDER</c>: one mergekit-style merge, streamed inside a memory budget.</summary>
internal static class MergeCommand
{
    public static Command Create(CliConsole console)
    {
        var recipe = new Argument<string>("RECIPE") { Description = "A mergekit recipe (YAML)." };
        var output = new Option<string?>("--out") { Description = "The folder to make; it must not exist." };
        var memory = MergeOptions.Memory();
        var shardSize = MergeOptions.ShardSize();
        var modelsFrom = MergeOptions.ModelsFrom();
        var readBudget = MergeOptions.ReadBudget();
        var catalog = MergeOptions.Catalog();
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what it will read, write and take, and stop." };
        var asAdapter = new Option<bool>("--as-adapter")
        {
            Description = "Write the result as a PEFT adapter: models must be base+adapter, the method lora_concat, evo_merging or task_arithmetic.",
        };
        var json = CommonOptions.Json();
        var command = new Command("merge", "Carry out one mergekit recipe, of a merge or of a mixture of experts.")
        {
            recipe, output, memory, shardSize, modelsFrom, asAdapter, readBudget, catalog, dryRun, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(output) is null && !result.GetValue(dryRun)) result.AddError("Option '--out' is required.");
            if (result.GetValue(asAdapter) && result.GetValue(readBudget) is not null) result.AddError("--as-adapter reads adapters, which are small: it takes no --read-budget.");
        });
        command.SetAction(parsed =>
        {
            using var signals = new ShutdownSignals(console.Error.WriteLine);
            using var session = RecipeSession.Open(parsed.GetRequiredValue(recipe), parsed.GetValue(modelsFrom), signals.Stop);
            if (parsed.GetValue(readBudget) is { } budget)
                session.Limit(budget, parsed.GetRequiredValue(catalog), signals.Stop);
            var plan = session.Plan;
            var options = new FolderMergeOptions
            {
                MemoryBytes = ByteSize.Parse(parsed.GetRequiredValue(memory))!.Value,
                ShardBytes = ByteSize.Parse(parsed.GetRequiredValue(shardSize))!.Value,
            };
            if (parsed.GetValue(dryRun))
            {
                var forecast = MergeForecast.Of(plan, options, parsed.GetValue(output), cancellation: signals.Stop);
                MergeForecastText.Write(console, plan, forecast, session.Budget, parsed.GetValue(json));
                return ExitCode.Done;
            }

            var folder = Path.GetFullPath(parsed.GetRequiredValue(output)!);
            var (tensors, bytes) = (plan.Tensors.Length, plan.Estimate.BytesWritten);
            if (parsed.GetValue(asAdapter))
                (tensors, bytes) = AdapterMerge.Write(plan, folder, cancellation: signals.Stop);
            else
                FolderMerge.Write(plan, folder, options: options, cancellation: signals.Stop);
            if (parsed.GetValue(json))
            {
                console.Out.WriteLine(JsonOutput.Document(new JsonObject
                {
                    ["schema"] = "evo.merge/1",
                    ["folder"] = folder,
                    ["id"] = plan.ContentId,
                    ["method"] = session.Method,
                    ["tensors"] = tensors,
                    ["bytesWritten"] = bytes,
                    ["readBudget"] = session.Budget is { } report ? MergeForecastText.Document(report) : null,
                }));
            }
            else
            {
                console.Out.WriteLine($"{folder}: {tensors} tensors by {session.Method}, {ScoreText.Bytes(bytes)}");
                if (session.Budget is { } report) MergeForecastText.Write(console, report);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
