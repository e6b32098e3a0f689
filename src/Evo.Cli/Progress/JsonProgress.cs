using System.Text.Json;
using System.Text.Json.Nodes;
using Evo.Cli.Output;
using Evo.Search.Fronts;
using Evo.Search.Loop;
using Evo.Search.Runs;

namespace Evo.Cli.Progress;

/// <summary>Progress as JSON lines on stdout; the first one has runId, runDirectory and pid, the last one the result with the front.</summary>
internal sealed class JsonProgress(TextWriter writer) : ISearchObserver
{
    public void Started(SearchStarted started) => Write("started", new JsonObject
    {
        ["runId"] = started.RunId,
        ["runDirectory"] = started.RunDirectory,
        ["pid"] = started.ProcessId,
        ["resumed"] = started.Resumed,
        ["generation"] = started.Generation,
        ["evaluations"] = started.Evaluations,
    });

    public void BaselineScored(BaselineScored scored) => Write("baseline", new JsonObject
    {
        ["name"] = scored.Name,
        ["kind"] = scored.Kind,
        ["id"] = scored.Id,
        ["objectives"] = Scores(scored.Objectives),
        ["invalid"] = scored.Invalid,
    });

    public void CandidateScored(CandidateScored scored) => Write("candidate", new JsonObject
    {
        ["generation"] = scored.Generation,
        ["position"] = scored.Position,
        ["proposals"] = scored.Proposals,
        ["id"] = scored.Id,
        ["objectives"] = Scores(scored.Objectives),
        ["cacheHit"] = scored.CacheHit,
        ["invalid"] = scored.Invalid,
    });

    public void GenerationFinished(GenerationFinished finished) => Write("generation", new JsonObject
    {
        ["generation"] = finished.Number,
        ["frontSize"] = finished.FrontSize,
        ["hypervolume"] = finished.Hypervolume,
        ["status"] = JsonNode.Parse(finished.Status.ToJson()),
    });

    public void Warning(string message) => Write("warning", new JsonObject { ["message"] = message });

    public void Ended(SearchResult result) => Write("ended", new JsonObject
    {
        ["end"] = JsonNamingPolicy.CamelCase.ConvertName(result.End.ToString()),
        ["exitCode"] = result.ExitCode,
        ["reason"] = result.Reason,
        ["front"] = result.Front is { } front ? JsonNode.Parse(FrontText.ToJson(front)) : null,
    });

    private static JsonObject Scores(OrderedDictionary<string, ScoredValue> objectives)
    {
        var scores = new JsonObject();
        foreach (var (name, score) in objectives)
        {
            scores[name] = new JsonObject { ["value"] = score.Value, ["standardError"] = score.StandardError, ["items"] = score.Items };
        }

        return scores;
    }

    private void Write(string name, JsonObject fields)
    {
        fields.Insert(0, "event", name);
        writer.WriteLine(JsonOutput.Line(fields));
        writer.Flush();
    }
}
