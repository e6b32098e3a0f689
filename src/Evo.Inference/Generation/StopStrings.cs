using System.Collections.Immutable;

namespace Evo.Inference.Generation;

/// <summary>Looks for stop strings in the decoded text, so that it does not matter how tokens cut them.</summary>
internal static class StopStrings
{
    /// <summary>Where the earliest stop string begins in the text, or -1.</summary>
    public static int Find(string text, ImmutableArray<string> stops)
    {
        var earliest = -1;
        foreach (var stop in stops)
        {
            var searched = earliest < 0 ? text.AsSpan() : text.AsSpan(0, Math.Min(text.Length, earliest + stop.Length));
            var found = searched.IndexOf(stop, StringComparison.Ordinal);
            if (found >= 0 && (earliest < 0 || found < earliest))
                earliest = found;
        }

        return earliest;
    }
}
