namespace Evo.Merging.Recipes;

/// <summary>Finds what the writer of a misspelt key may have meant.</summary>
internal static class NearestName
{
    /// <summary>The candidate at the smallest edit distance, or null when none is near enough to be a likely slip.</summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        var nearest = candidates
            .Select(candidate => (candidate, distance: EditDistance(name, candidate)))
            .OrderBy(pair => pair.distance)
            .ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .FirstOrDefault();
        return nearest.candidate is not null && nearest.distance <= Math.Max(2, name.Length / 3) ? nearest.candidate : null;
    }

    /// <summary><c> (did you mean 'x'?)</c>, or a list of what there is.</summary>
    public static string Hint(string name, IReadOnlyCollection<string> candidates) =>
        Of(name, candidates) is { } nearest ? $"; did you mean '{nearest}'?" : $"; known: {string.Join(", ", candidates)}";

    /// <summary>Levenshtein's distance: the fewest insertions, deletions and substitutions.</summary>
    internal static int EditDistance(string left, string right)
    {
        if (left.Length > 64)
            return int.MaxValue;
        var previous = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var current = new int[right.Length + 1];
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substitution = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                current[j] = Math.Min(substitution, Math.Min(previous[j], current[j - 1]) + 1);
            }

            previous = current;
        }

        return previous[right.Length];
    }
}
