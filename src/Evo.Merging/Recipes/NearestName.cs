namespace Evo.Merging.Recipes;

/// <summary>What the writer of an unknown name probably meant: the end of a refusal, in every file that people write.</summary>
public static class NearestName
{
    private const int LongestName = 64;

    /// <summary>
    /// <c>; did you mean 'weight'?</c> for the known name at the smallest edit distance (upper and lower case count as equal; the first of
    /// several), or the list of what there is when none is near enough to be a slip: two letters, or a third of the longer name.
    /// </summary>
    public static string Hint(string name, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(known);
        var names = known.ToArray();
        var nearest = names.MinBy(candidate => EditDistance(name, candidate));
        return nearest is not null && EditDistance(name, nearest) is var distance
            && distance <= Math.Max(2, Math.Max(name.Length, nearest.Length) / 3) && distance < nearest.Length
            ? $"; did you mean '{nearest}'?"
            : $"; there are {string.Join(", ", names)}";
    }

    /// <summary>Levenshtein's distance: the fewest insertions, deletions and substitutions; names longer than any of ours are simply far.</summary>
    private static int EditDistance(string left, string right)
    {
        if (left.Length > LongestName)
            return int.MaxValue;
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substituted = diagonal + (char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
