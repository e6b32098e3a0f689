using System.CommandLine;
using System.Text.Json.Nodes;
using Evo.Cli.Output;
using Evo.Cli.Signals;
using Evo.Evaluation.Calibration;
using Evo.Merging;
using Evo.Merging.Engines;
using Evo.Merging.Experts;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;
using Evo.Search.Export;

namespace Evo.Cli.Commands;

/// <summary><c>evo merge RECIPE --out FOLDER</c>: one mergekit-style merge, streamed inside a memory budget.</summary>
internal static class MergeCommand
{
    public static Command Create(CliConsole console)
    {
        var recipe = new Argument<string>("RECIPE") { Description = "A mergekit recipe (YAML)." };
        var output = new Option<string>("--out") { Description = "The folder to make; it must not exist.", Required = true };
        var memory = Size("--memory", "4GB", FolderMergeOptions.LeastMemoryBytes, "Most memory for tensors, whatever the number of models.");
        var shardSize = Size("--out-shard-size", "5GB", 1, "Largest file of the result; a larger model is written in several.");
        var modelsFrom = new Option<string?>("--models-from")
        {
            Description = "The folder that relative model paths start from. Default: the recipe's own folder.",
        };
        var asAdapter = new Option<bool>("--as-adapter")
        {
            Description = "Write the result as a PEFT adapter: models must be base+adapter, the method lora_concat, evo_merging or task_arithmetic.",
        };
        var json = CommonOptions.Json();
        var command = new Command("merge", "Carry out one mergekit recipe, of a merge or of a mixture of experts.") { recipe, output, memory, shardSize, modelsFrom, asAdapter, json };
        command.SetAction(parsed =>
        {
            using var signals = new ShutdownSignals(console.Error.WriteLine);
            var path = Path.GetFullPath(parsed.GetRequiredValue(recipe));
            if (!File.Exists(path)) throw new RecipeException($"{path}: there is no such file");
            var text = File.ReadAllText(path);
            var experts = ExpertsRecipeReader.TryRead(text, path);
            var read = experts is null ? RecipeReader.Read(text, path) : null;
            var models = experts?.ReferencedModels ?? read!.ReferencedModels;
            var start = parsed.GetValue(modelsFrom) ?? Path.GetDirectoryName(path)!;
            using var parents = ParentModels.Open(
                models, start, CandidateParents.Resolve(models, start, signals.Stop));
            using var prompts = experts is null ? null : new PromptStates(parents, experts.BaseModel, signals.Stop);
            var plan = experts is null ? MergePlan.Create(read!, parents) : ExpertsPlan.Create(experts, parents, prompts);
            var method = experts is null ? read!.MergeMethod : "mixture of experts";
            var folder = Path.GetFullPath(parsed.GetRequiredValue(output));
            var options = new FolderMergeOptions
            {
                MemoryBytes = ByteSize.Parse(parsed.GetRequiredValue(memory))!.Value,
                ShardBytes = ByteSize.Parse(parsed.GetRequiredValue(shardSize))!.Value,
            };
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
                    ["method"] = method,
                    ["tensors"] = tensors,
                    ["bytesWritten"] = bytes,
                }));
            }
            else
            {
                console.Out.WriteLine($"{folder}: {tensors} tensors by {method}, {ScoreText.Bytes(bytes)}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Option<string> Size(string name, string standard, long least, string description)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => standard, HelpName = "SIZE" };
        option.Validators.Add(result =>
        {
            var text = result.GetValueOrDefault<string>();
            if (text is null || ByteSize.Parse(text) is not { } bytes) result.AddError($"{name} takes a size such as 4GB or 512MB, not '{text}'.");
            else if (bytes < least) result.AddError($"{name} must be at least {ScoreText.Bytes(least)}, not '{text}'.");
        });
        return option;
    }
}
