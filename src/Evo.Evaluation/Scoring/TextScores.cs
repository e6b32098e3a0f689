using System.Collections.Immutable;

namespace Evo.Evaluation.Scoring;

/// <summary>Scores that compare a generated text with the answers that count as right; 1 when any of them fits, else 0.</summary>
internal static class TextScores
{
    internal static Func<string, ImmutableArray<string>, double> ExactMatch(bool ignoreCase, bool strip)
        => (text, answers) => EqualsAny(text, answers, ignoreCase, strip) ? 1 : 0;

    internal static Func<string, ImmutableArray<string>, double> Contains(bool ignoreCase)
    {
        var comparison = Comparison(ignoreCase);
        return (text, answers) => answers.Any(answer => text.Contains(answer, comparison)) ? 1 : 0;
    }

    internal static bool EqualsAny(string text, ImmutableArray<string> answers, bool ignoreCase, bool strip)
    {
        var comparison = Comparison(ignoreCase);
        return strip
            ? answers.Any(answer => text.AsSpan().Trim().Equals(answer.AsSpan().Trim(), comparison))
            : answers.Any(answer => text.Equals(answer, comparison));
    }

    private static StringComparison Comparison(bool ignoreCase) => ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
}
