using System.Collections.Immutable;

namespace Evo.Optimization.Pareto;

/// <summary>
/// The exact volume dominated by a set of points up to a reference point. One and two objectives: a sorted sweep. Three: a sweep of
/// two-objective slices, O(n^2). Four and more: WFG (While, Bradstreet and Barone, IEEE Transactions on Evolutionary Computation 16, 2012).
/// </summary>
public static class Hypervolume
{
    /// <summary>The hypervolume of <paramref name="points"/>, 0 for none.</summary>
    /// <param name="points">Objective vectors without NaN. Duplicates and dominated points add nothing; a point that is not strictly better
    /// than the reference point in every objective counts nothing.</param>
    /// <param name="reference">The point that bounds the volume, worse than every point of interest; fix it for a whole run.</param>
    /// <param name="goals">The direction of each objective.</param>
    public static double Of(
        IReadOnlyList<ImmutableArray<double>> points, ImmutableArray<double> reference, ImmutableArray<Goal> goals)
    {
        var bound = MinimizedPoints.Of(reference.AsSpan(), goals);
        return DominatedVolume.Of(Inside(MinimizedPoints.Of(points, goals), bound), bound);
    }

    /// <summary>
    /// What the set would lose without each point: its exclusive contribution. 0 for dominated points, for points outside the
    /// reference, and for each of several equal points.
    /// </summary>
    /// <inheritdoc cref="Of"/>
    public static ImmutableArray<double> Contributions(
        IReadOnlyList<ImmutableArray<double>> points, ImmutableArray<double> reference, ImmutableArray<Goal> goals)
    {
        var bound = MinimizedPoints.Of(reference.AsSpan(), goals);
        var turned = MinimizedPoints.Of(points, goals);
        var contributions = new double[turned.Length];
        for (var i = 0; i < turned.Length; i++)
        {
            if (!IsInside(turned[i], bound))
                continue;

            // exclusive(p) = box(p) - HV of the other points, each limited to the box of p (WFG, section III).
            var limited = new List<double[]>(turned.Length - 1);
            for (var j = 0; j < turned.Length; j++)
            {
                if (j != i && IsInside(turned[j], bound))
                    limited.Add(DominatedVolume.Worse(turned[i], turned[j], bound.Length));
            }

            var exclusive = DominatedVolume.Box(turned[i], bound, bound.Length) - DominatedVolume.Of(limited, bound);
            contributions[i] = Math.Max(0, exclusive);
        }

        return ImmutableArray.Create(contributions);
    }

    private static List<double[]> Inside(double[][] points, double[] bound) => [.. points.Where(point => IsInside(point, bound))];

    private static bool IsInside(double[] point, double[] bound)
    {
        for (var objective = 0; objective < bound.Length; objective++)
        {
            if (!(point[objective] < bound[objective]))
                return false;
        }

        return true;
    }
}
