using System.CommandLine;
using System.Text.Json.Nodes;
using Evo.Cli.Output;
using Evo.Cli.Signals;
using Evo.Search.Export;

namespace Evo.Cli.Commands;

/// <summary><c>evo export DIR CANDIDATE --out FOLDER</c>: writes a candidate as a model folder, loads what was written and scores it again.</summary>
internal static class ExportCommand
{
    public static Command Create(CliConsole console)
    {
        var directory = CommonOptions.RunDirectory();
        var candidate = CommonOptions.Candidate();
        var output = new Option<string>("--out") { Description = "The folder to make; it must not exist.", Required = true };
        var device = CommonOptions.Device();
        var json = CommonOptions.Json();
        var command = new Command("export", "Write a candidate as a Hugging Face folder, verified by loading and re-scoring it.")
        {
            directory, candidate, output, device, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var signals = new ShutdownSignals(console.Error.WriteLine);
            var progress = new LineProgress(console.Error);
            var result = await CandidateExporter.ExportAsync(
                parsed.GetRequiredValue(directory), parsed.GetRequiredValue(candidate), parsed.GetRequiredValue(output), parsed.GetValue(device),
                progress, signals.Stop).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                var scores = new JsonObject();
                foreach (var (name, score) in result.Scores)
                {
                    scores[name] = new JsonObject { ["value"] = score.Value, ["standardError"] = score.StandardError, ["items"] = score.Items };
                }

                await console.Out.WriteLineAsync(JsonOutput.Document(new JsonObject
                {
                    ["schema"] = "evo.export/1",
                    ["folder"] = result.Folder,
                    ["id"] = result.CandidateId,
                    ["verified"] = true,
                    ["objectives"] = scores,
                    ["files"] = new JsonArray([.. result.Files.Select(file => JsonValue.Create(file))]),
                })).ConfigureAwait(false);
            }
            else
            {
                await console.Out.WriteLineAsync($"{result.Folder}: candidate {result.CandidateId}, read back and re-scored with equal results").ConfigureAwait(false);
                foreach (var (name, score) in result.Scores) await console.Out.WriteLineAsync($"  {name,-24} {ScoreText.Of(score)}").ConfigureAwait(false);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
