using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Evo.Evaluation.Scoring;

/// <summary>
/// A pattern's first match in the text, or that match's group 1 when the pattern has one, against the answers. Without answers the match is all
/// that is asked for. The engine is .NET's non-backtracking one: linear in the text whatever the pattern, so that neither a task file nor a
/// model's output can stall a search.
/// </summary>
internal sealed class PatternScore
{
    private readonly Regex _pattern;
    private readonly bool _ignoreCase;
    private readonly bool _strip;
    private readonly int _group;

    /// <exception cref="ArgumentException">The pattern is no regular expression.</exception>
    /// <exception cref="NotSupportedException">The pattern needs backtracking (lookaround, back-references, atomic groups).</exception>
    internal PatternScore(string pattern, bool ignoreCase, bool strip)
    {
        var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
        _pattern = new Regex(pattern, ignoreCase ? options | RegexOptions.IgnoreCase : options);
        _ignoreCase = ignoreCase;
        _strip = strip;
        _group = _pattern.GetGroupNumbers().Length > 1 ? 1 : 0;
    }

    internal double Score(string text, ImmutableArray<string> answers)
    {
        var match = _pattern.Match(text);
        return match.Success && (answers.IsEmpty || TextScores.EqualsAny(match.Groups[_group].Value, answers, _ignoreCase, _strip)) ? 1 : 0;
    }
}
