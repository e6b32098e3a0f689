namespace Evo.Evaluation.Tasks;

/// <summary>The hint in "unknown key": the known name that the writer most likely meant.</summary>
internal static class NearestName
{
    /// <summary><c>"; did you mean 'metric'?"</c> for the nearest name within a third of its letters, else the list of what there is.</summary>
    internal static string Hint(string given, IEnumerable<string> known)
    {
        var names = known.ToList();
        var nearest = names.MinBy(name => Distance(given, name));
        return nearest is not null && Distance(given, nearest) <= Math.Max(1, nearest.Length / 3)
            ? $"; did you mean '{nearest}'?"
            : $"; there are {string.Join(", ", names)}";
    }

    /// <summary>Levenshtein's edit distance; names longer than any of ours are simply far.</summary>
    private static int Distance(string left, string right)
    {
        if (left.Length > 64)
            return int.MaxValue;
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substituted = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
