using Evo.Cli.Output;
using Evo.Search.Runs;

namespace Evo.Cli.Progress;

/// <summary>Scores in one line.</summary>
internal static class ProgressText
{
    public static string Scores(OrderedDictionary<string, ScoredValue> objectives, string? invalid) =>
        invalid is not null ? $"invalid: {invalid}" : string.Join(", ", objectives.Select(pair => $"{pair.Key} {ScoreText.Of(pair.Value)}"));

    public static string Best(IEnumerable<ObjectiveBest> best) =>
        string.Join(", ", best.Select(objective => $"{objective.Name} {ScoreText.Value(objective.Value)}"));
}
