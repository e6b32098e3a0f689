using System.Globalization;
using Evo.Search.Runs;

namespace Evo.Cli.Output;

/// <summary>A run's status as a few lines.</summary>
internal static class StatusText
{
    public static void Write(TextWriter writer, RunStatus status)
    {
        Line("run", $"{ScoreText.ShortId(status.RunId)} in {status.RunDirectory}");
        Line("state", status.State.ToString().ToLowerInvariant() + (status.Reason is { } reason ? $": {reason}" : ""));
        Line("search", string.Create(CultureInfo.InvariantCulture, $"{status.Algorithm}, seed {status.Seed}"));
        Line("progress", string.Create(CultureInfo.InvariantCulture, $"generation {Of(status.Generation, status.Budget.Generations)}, {Of(status.Evaluations, status.Budget.Evaluations)} evaluations, {status.CacheHits} from the cache, {status.Failures} failed"));
        Line("front", string.Create(CultureInfo.InvariantCulture, $"{status.FrontSize} members, hypervolume {(status.Hypervolume is { } volume ? volume.ToString("0.0000", CultureInfo.InvariantCulture) : "-")}"));
        foreach (var best in status.Best)
        {
            Line("best", string.Create(CultureInfo.InvariantCulture, $"{best.Name} {ScoreText.Value(best.Value)} ±{ScoreText.Value(best.StandardError)} ({ScoreText.ShortId(best.Id)})"));
        }

        Line("pace", string.Create(CultureInfo.InvariantCulture, $"{status.CandidatesPerMinute:0.0} candidates/min, {status.EvaluationsPerMinute:0.0} evaluations/min, {status.Tokens} tokens, active {ScoreText.Duration(status.ActiveSeconds)}"));
        Line("shares", $"evaluate {ScoreText.Percent(status.Shares.Evaluate)}, merge {ScoreText.Percent(status.Shares.Merge)}, optimizer {ScoreText.Percent(status.Shares.Optimizer)}, store {ScoreText.Percent(status.Shares.Store)}");
        if (Eta(status) is { } eta) Line("left", eta);

        void Line(string name, string text) => writer.WriteLine($"{name,-9} {text}");
    }

    /// <summary>The time left as a range; null when it is not known.</summary>
    public static string? Eta(RunStatus status) => status switch
    {
        { EtaSecondsLow: { } low, EtaSecondsHigh: { } high } => $"{ScoreText.Duration(low)} to {ScoreText.Duration(high)}",
        { EtaSeconds: { } seconds } => $"about {ScoreText.Duration(seconds)}",
        _ => null,
    };

    private static string Of(long done, long? budget) =>
        budget is { } all ? string.Create(CultureInfo.InvariantCulture, $"{done} of {all}") : done.ToString(CultureInfo.InvariantCulture);
}
