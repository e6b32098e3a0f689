namespace Evo.Evaluation.Probes;

/// <summary>
/// How much a text repeats itself: seq-rep-4 = 1 − distinct 4-grams / 4-grams (Welleck et al., arXiv:1908.04319). A text that goes round in a circle comes close to 1, also
/// where the circle is not quite the same each time.
/// </summary>
internal static class Repetition
{
    private const int Length = 4;

    /// <summary>seq-rep-4 in [0, 1); 0 for a text without two 4-grams.</summary>
    public static double Share(ReadOnlySpan<int> tokens)
    {
        var count = tokens.Length - Length + 1;
        return count < 2 ? 0 : 1 - ((double)Counts(tokens).Count / count);
    }

    /// <summary>The tokens of the 4-gram that occurs most often, the earliest of several; empty in a text shorter than one.</summary>
    public static ReadOnlySpan<int> MostFrequent(ReadOnlySpan<int> tokens)
    {
        var most = (First: 0, Count: 0);
        foreach (var (first, count) in Counts(tokens).Values)
        {
            if (count > most.Count || (count == most.Count && first < most.First))
                most = (first, count);
        }

        return most.Count == 0 ? [] : tokens.Slice(most.First, Length);
    }

    private static Dictionary<(int, int, int, int), (int First, int Count)> Counts(ReadOnlySpan<int> tokens)
    {
        var counts = new Dictionary<(int, int, int, int), (int First, int Count)>();
        for (var at = 0; at + Length <= tokens.Length; at++)
        {
            var gram = (tokens[at], tokens[at + 1], tokens[at + 2], tokens[at + 3]);
            counts[gram] = counts.TryGetValue(gram, out var seen) ? (seen.First, seen.Count + 1) : (at, 1);
        }

        return counts;
    }
}
