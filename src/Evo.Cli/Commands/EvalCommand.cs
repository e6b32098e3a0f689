using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using Evo.Cli.Output;
using Evo.Cli.Signals;
using Evo.Evaluation;
using Evo.Evaluation.Onnx;
using Evo.Evaluation.Outcomes;
using Evo.Evaluation.Scoring;
using Evo.Evaluation.Tasks;
using Evo.Inference;

namespace Evo.Cli.Commands;

/// <summary><c>evo eval MODEL --task FILE</c>: scores one model folder.</summary>
internal static class EvalCommand
{
    public static Command Create(CliConsole console)
    {
        var model = new Argument<string>("MODEL") { Description = "A model folder." };
        var tasks = new Option<string[]>("--task") { Description = "A task file (YAML). May be repeated.", Required = true, HelpName = "FILE" };
        var items = new Option<bool>("--items") { Description = "Print every item's result too." };
        var device = CommonOptions.Device();
        var json = CommonOptions.Json();
        var command = new Command("eval", "Score one model on tasks.") { model, tasks, items, device, json };
        command.SetAction(async (parsed, _) =>
        {
            using var signals = new ShutdownSignals(console.Error.WriteLine);
            var definitions = parsed.GetRequiredValue(tasks).Select(path => TaskReader.Read(Path.GetFullPath(path))).ToImmutableArray();
            DecoderModel.RequireDevice(parsed.GetValue(device) ?? "cpu");
            using var loaded = LoadedModel.Load(Path.GetFullPath(parsed.GetRequiredValue(model)), new InferenceOptions { Device = parsed.GetValue(device) ?? "cpu" });
            var documents = new JsonArray();
            foreach (var task in definitions)
            {
                var outcome = await loaded.Evaluator.EvaluateAsync(loaded.Candidate, task, task.Items, signals.Stop).ConfigureAwait(false);
                if (outcome is not EvaluationOutcome.Scored scored)
                {
                    await console.Error.WriteLineAsync($"evo: {task.Name} could not be scored: {Reason(outcome)}").ConfigureAwait(false);
                    return outcome is EvaluationOutcome.CandidateInvalid ? ExitCode.TooManyFailures : ExitCode.Environment;
                }

                var estimate = Metrics.Of(task).Estimate(scored.Items);
                if (parsed.GetValue(json)) documents.Add((JsonNode)Document(task, estimate, parsed.GetValue(items) ? scored.Items : []));
                else await WriteAsync(console.Out, task, estimate, parsed.GetValue(items) ? scored.Items : []).ConfigureAwait(false);
            }

            if (parsed.GetValue(json))
            {
                await console.Out.WriteLineAsync(JsonOutput.Document(new JsonObject
                {
                    ["schema"] = "evo.eval/1",
                    ["model"] = parsed.GetRequiredValue(model),
                    ["tasks"] = documents,
                })).ConfigureAwait(false);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task WriteAsync(TextWriter writer, TaskDefinition task, MetricEstimate estimate, ImmutableArray<ItemResult> items)
    {
        var score = $"{ScoreText.Value(estimate.Value)} ±{ScoreText.Value(estimate.StandardError)}";
        await writer.WriteLineAsync($"{task.Name,-24} {task.Metric,-16} {score,-18} {estimate.Items} items, {ScoreText.Percent(estimate.TruncatedShare)} truncated")
            .ConfigureAwait(false);
        foreach (var item in items) await writer.WriteLineAsync(ItemText.Of(item)).ConfigureAwait(false);
    }

    private static JsonObject Document(TaskDefinition task, MetricEstimate estimate, ImmutableArray<ItemResult> items)
    {
        var document = new JsonObject
        {
            ["name"] = task.Name,
            ["metric"] = task.Metric,
            ["value"] = estimate.Value,
            ["standardError"] = estimate.StandardError,
            ["items"] = estimate.Items,
            ["truncatedShare"] = estimate.TruncatedShare,
        };
        if (!items.IsEmpty)
        {
            document["results"] = new JsonArray([.. items.Select(item => new JsonObject
            {
                ["id"] = item.ItemId,
                ["score"] = item.Score,
                ["weight"] = item.Weight,
                ["finish"] = item.Finish?.ToString(),
                ["promptTokens"] = item.PromptTokens,
                ["tokens"] = item.Tokens,
                ["truncated"] = item.Truncated,
                ["output"] = item.Output,
            })]);
        }

        return document;
    }

    private static string Reason(EvaluationOutcome outcome) => outcome switch
    {
        EvaluationOutcome.CandidateInvalid invalid => invalid.Reason,
        EvaluationOutcome.InfrastructureFailed failed => failed.Reason,
        EvaluationOutcome.Lost lost => lost.Reason,
        _ => "",
    };
}
