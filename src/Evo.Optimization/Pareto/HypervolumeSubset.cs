using System.Collections.Immutable;

namespace Evo.Optimization.Pareto;

/// <summary>A few points that stand for a whole front.</summary>
public static class HypervolumeSubset
{
    /// <summary>
    /// Indices of at most <paramref name="size"/> points, greedily: each next one adds the most hypervolume to those before it (at least 1 − 1/e of the
    /// best subset's volume; Nemhauser, Wolsey and Fisher 1978). Points that add nothing come last, in their own order; ties go to the lower index.
    /// </summary>
    /// <inheritdoc cref="Hypervolume.Of"/>
    public static ImmutableArray<int> Of(
        IReadOnlyList<ImmutableArray<double>> points, ImmutableArray<double> reference, ImmutableArray<Goal> goals, int size)
    {
        ArgumentNullException.ThrowIfNull(points);
        var chosen = new List<int>();
        var remaining = Enumerable.Range(0, points.Count).ToList();
        while (chosen.Count < size && remaining.Count > 0)
        {
            var best = remaining.MaxBy(candidate =>
                Hypervolume.Of([.. chosen.Select(index => points[index]), points[candidate]], reference, goals));
            chosen.Add(best);
            remaining.Remove(best);
        }

        return [.. chosen];
    }
}
