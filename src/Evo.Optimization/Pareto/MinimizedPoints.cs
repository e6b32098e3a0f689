using System.Collections.Immutable;

namespace Evo.Optimization.Pareto;

/// <summary>Objective vectors turned so that every coordinate is minimised; checks lengths and NaN once at the border.</summary>
internal static class MinimizedPoints
{
    public static double[][] Of(IReadOnlyList<ImmutableArray<double>> points, ImmutableArray<Goal> goals)
    {
        var turned = new double[points.Count][];
        for (var i = 0; i < turned.Length; i++)
            turned[i] = Of(points[i].AsSpan(), goals);
        return turned;
    }

    public static double[] Of(ReadOnlySpan<double> point, ImmutableArray<Goal> goals)
    {
        if (point.Length != goals.Length)
            throw new ArgumentException($"A point has {point.Length} objective values where there are {goals.Length} goals.");
        var turned = new double[point.Length];
        for (var objective = 0; objective < turned.Length; objective++)
        {
            if (double.IsNaN(point[objective]))
                throw new ArgumentException("An objective value is NaN: such a point has no place in an order.");
            turned[objective] = goals[objective] == Goal.Minimize ? point[objective] : -point[objective];
        }

        return turned;
    }

    /// <summary>Lexicographic comparison by the first <paramref name="dimensions"/> coordinates.</summary>
    public static int CompareLexicographically(double[] first, double[] second, int dimensions)
    {
        for (var objective = 0; objective < dimensions; objective++)
        {
            var order = first[objective].CompareTo(second[objective]);
            if (order != 0)
                return order;
        }

        return 0;
    }
}
