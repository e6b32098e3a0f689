using System.Collections.Immutable;

namespace Evo.Optimization.Pareto;

/// <summary>
/// Fronts of mutually non-dominated points. Efficient non-dominated sort with binary search (ENS-BS; Zhang, Tian, Cheng and Jin, IEEE
/// Transactions on Evolutionary Computation 19, 2015): after a lexicographic sort no later point dominates an earlier one, so each point
/// needs only the first front none of whose members dominates it.
/// </summary>
public static class NonDominatedSorting
{
    /// <summary>Indices of <paramref name="points"/> by front, best front first, each front in ascending order of index.</summary>
    /// <param name="points">Objective vectors without NaN; duplicates share a front.</param>
    /// <param name="goals">The direction of each objective.</param>
    public static ImmutableArray<ImmutableArray<int>> Fronts(
        IReadOnlyList<ImmutableArray<double>> points, ImmutableArray<Goal> goals)
    {
        var fronts = Fronts(MinimizedPoints.Of(points, goals));
        return [.. fronts.Select(front => front.Order().ToImmutableArray())];
    }

    /// <summary>The front of each point, 0 for the non-dominated ones.</summary>
    public static ImmutableArray<int> Ranks(IReadOnlyList<ImmutableArray<double>> points, ImmutableArray<Goal> goals)
    {
        var ranks = new int[points.Count];
        var fronts = Fronts(MinimizedPoints.Of(points, goals));
        for (var front = 0; front < fronts.Count; front++)
        {
            foreach (var member in fronts[front])
                ranks[member] = front;
        }

        return ImmutableArray.Create(ranks);
    }

    private static List<List<int>> Fronts(double[][] points)
    {
        var dimensions = points.Length == 0 ? 0 : points[0].Length;
        var order = Enumerable.Range(0, points.Length).ToArray();
        Array.Sort(order, (a, b) => MinimizedPoints.CompareLexicographically(points[a], points[b], dimensions) is var sign && sign != 0
            ? sign
            : a.CompareTo(b));

        var fronts = new List<List<int>>();
        foreach (var point in order)
        {
            // A point dominated by someone in front k is dominated by someone in every front before k: bisect.
            var (low, high) = (0, fronts.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (IsDominatedBy(fronts[middle], points, point, dimensions))
                    low = middle + 1;
                else
                    high = middle;
            }

            if (low == fronts.Count)
                fronts.Add([]);
            fronts[low].Add(point);
        }

        return fronts;
    }

    private static bool IsDominatedBy(List<int> front, double[][] points, int point, int dimensions)
    {
        // With two objectives the second one falls along a front, so its last member is the only one to ask.
        var oldest = dimensions == 2 ? front.Count - 1 : 0;
        for (var member = front.Count - 1; member >= oldest; member--)
        {
            if (Dominance.Dominates(points[front[member]], points[point]))
                return true;
        }

        return false;
    }
}
