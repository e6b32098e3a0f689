using System.Globalization;
using System.Text;
using Evo.Search.Runs;

namespace Evo.Search.Loop;

/// <summary>
/// Writes what happens to <c>log.txt</c>, a line each, and passes it on. A log that cannot be written never stops a search.
/// </summary>
internal sealed class RunLog(string path, ISearchObserver next, TimeProvider time) : ISearchObserver
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public void Started(SearchStarted started)
    {
        var what = started.Resumed ? "resumed" : "started";
        Line($"{what} run {started.RunId}, pid {started.ProcessId}, generation {started.Generation}, {started.Evaluations} evaluations");
        next.Started(started);
    }

    public void BaselineScored(BaselineScored scored)
    {
        Line($"{scored.Kind} {scored.Name} {scored.Id[..12]} {Text(scored.Objectives, scored.Invalid)}");
        next.BaselineScored(scored);
    }

    public void GenerationStarted(GenerationStarted started)
    {
        Line($"generation {started.Number} started: {started.Proposals} proposals, {started.Answered} answered before");
        next.GenerationStarted(started);
    }

    public void CandidateScored(CandidateScored scored)
    {
        var known = scored.CacheHit ? " (known)" : "";
        var place = string.Create(CultureInfo.InvariantCulture, $"generation {scored.Generation} candidate {scored.Position + 1}/{scored.Proposals}");
        Line($"{place} {scored.Id[..12]}{known} {Text(scored.Objectives, scored.Invalid)}");
        next.CandidateScored(scored);
    }

    public void GenerationFinished(GenerationFinished finished)
    {
        Line($"generation {finished.Number} finished: front of {finished.FrontSize}, hypervolume {finished.Hypervolume:R}");
        next.GenerationFinished(finished);
    }

    public void Rescoring(int done, int total)
    {
        if (done == 0)
            Line($"scoring {total} front members and baselines on the held-out items");
        next.Rescoring(done, total);
    }

    public void Warning(string message)
    {
        Line($"warning: {message}");
        next.Warning(message);
    }

    public void Ended(SearchResult result)
    {
        Line($"ended ({result.End}): {result.Reason}");
        next.Ended(result);
    }

    private static string Text(OrderedDictionary<string, ScoredValue> scores, string? invalid) => invalid is not null
        ? "invalid: " + invalid
        : string.Join(", ", scores.Select(score => string.Create(
            CultureInfo.InvariantCulture, $"{score.Key} {score.Value.Value:0.####}±{score.Value.StandardError:0.####}")));

    private void Line(FormattableString text)
    {
        try
        {
            var line = text.ToString(CultureInfo.InvariantCulture);
            File.AppendAllText(path, string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {line}\n"), Utf8);
        }
        catch (IOException)
        {
            // The store will say that the disk is full.
        }
    }
}
