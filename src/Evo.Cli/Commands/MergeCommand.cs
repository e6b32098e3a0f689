using System.CommandLine;
using System.Diagnostics;
using Evo.Cli.Output;
using Evo.Cli.Sessions;
using Evo.Cli.Signals;
using Evo.Merging.Engines;
using Evo.Merging.Engines.Forecasts;
using Evo.Merging.Planning;

namespace Evo.Cli.Commands;

/// <summary><c>evo merge RECIPE --out FOLDER</c>: one mergekit-style merge, with those that it is built on, streamed inside a memory budget.</summary>
internal static class MergeCommand
{
    public static Command Create(CliConsole console)
    {
        var recipe = new Argument<string>("RECIPE") { Description = "A mergekit recipe (YAML), or several in one file that name each other." };
        var output = new Option<string?>("--out") { Description = "The folder to make; it must not exist, or be empty." };
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
            var target = parsed.GetValue(output) is { } named ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(named)) : null;
            var options = new FolderMergeOptions
            {
                MemoryBytes = ByteSize.Parse(parsed.GetRequiredValue(memory))!.Value,
                ShardBytes = ByteSize.Parse(parsed.GetRequiredValue(shardSize))!.Value,
            };
            using var session = RecipeSession.Open(parsed.GetRequiredValue(recipe), parsed.GetValue(modelsFrom), target, options.MemoryBytes, console.Error.WriteLine, signals.Stop);
            if (parsed.GetValue(readBudget) is { } budget)
                session.Limit(budget, parsed.GetValue(catalog), signals.Stop);
            MergeText.Tell(console, session);
            if (parsed.GetValue(dryRun))
            {
                var start = SecondsSinceStart();
                var forecast = MergeForecast.Of(session.Plan, options, target, cancellation: signals.Stop) with { StartSeconds = start };
                MergeForecastText.Write(console, session, forecast, parsed.GetValue(json));
                return ExitCode.Done;
            }

            var folder = target!;
            var (tensors, bytes) = (session.Plan.Tensors.Length, session.Plan.Estimate.BytesWritten);
            var watch = Stopwatch.StartNew();
            var id = session.Write(Write, folder, identify: parsed.GetValue(json));
            MergeText.Done(console, session, folder, id, tensors, bytes, watch.Elapsed, parsed.GetValue(json));
            return ExitCode.Done;

            void Write(MergePlan plan, string into)
            {
                if (parsed.GetValue(asAdapter) && into == folder)
                    (tensors, bytes) = AdapterMerge.Write(plan, into, options: options, cancellation: signals.Stop);
                else
                    FolderMerge.Write(plan, into, options: options, cancellation: signals.Stop);
            }
        });
        return command;
    }

    /// <summary>What the merge itself will take too until it comes to the first tensor.</summary>
    private static double SecondsSinceStart()
    {
        using var self = Process.GetCurrentProcess();
        return Math.Max(0, (DateTime.Now - self.StartTime).TotalSeconds);
    }
}
