using System.Collections.Immutable;
using System.Text;

namespace Evo.Evaluation.Scoring;

/// <summary>
/// Word-overlap F1 of the SQuAD evaluation script (Rajpurkar et al., 2016): lower case, ASCII punctuation and the articles a, an, the removed,
/// split at white space; F1 of the two bags of words; the best over the expected answers. Two texts without words left are equal.
/// </summary>
internal static class WordF1
{
    internal static double Score(string text, ImmutableArray<string> answers)
    {
        var words = Words(text);
        return answers.Max(answer => F1(words, Words(answer)));
    }

    private static double F1(string[] given, string[] expected)
    {
        if (given.Length == 0 || expected.Length == 0)
            return given.Length == expected.Length ? 1 : 0;

        var left = expected.CountBy(word => word).ToDictionary(StringComparer.Ordinal);
        var common = 0;
        foreach (var word in given)
        {
            if (left.TryGetValue(word, out var count) && count > 0)
            {
                left[word] = count - 1;
                common++;
            }
        }

        return 2.0 * common / (given.Length + expected.Length); // = 2PR/(P+R)
    }

    private static string[] Words(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var character in text.ToLowerInvariant())
        {
            if (!char.IsAscii(character) || !(char.IsPunctuation(character) || char.IsSymbol(character)))
                kept.Append(character);
        }

        return [.. kept.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Where(word => word is not ("a" or "an" or "the"))];
    }
}
