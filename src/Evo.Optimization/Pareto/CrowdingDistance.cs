using System.Collections.Immutable;

namespace Evo.Optimization.Pareto;

/// <summary>
/// Crowding distance (Deb, Pratap, Agarwal and Meyarivan, NSGA-II, 2002, section III-B): how far a point's neighbours lie apart, objective
/// by objective.
/// </summary>
public static class CrowdingDistance
{
    /// <summary>
    /// One distance for each point of a front: the mean over objectives of (next - previous) / (largest - smallest). The outermost points
    /// of an objective get infinity; an objective on which all points agree adds 0, also for its outermost points; a front of one or two is
    /// all infinite. Equal values keep the order of the list.
    /// </summary>
    /// <param name="front">Objective vectors of one front, without NaN; directions do not matter here.</param>
    public static ImmutableArray<double> Of(IReadOnlyList<ImmutableArray<double>> front)
    {
        var distances = new double[front.Count];
        if (front.Count <= 2)
        {
            Array.Fill(distances, double.PositiveInfinity);
            return ImmutableArray.Create(distances);
        }

        var objectives = front[0].Length;
        for (var objective = 0; objective < objectives; objective++)
        {
            var sorted = Enumerable.Range(0, front.Count).OrderBy(member => front[member][objective]).ToArray();
            var range = front[sorted[^1]][objective] - front[sorted[0]][objective];
            if (range == 0)
                continue;
            distances[sorted[0]] = double.PositiveInfinity;
            distances[sorted[^1]] = double.PositiveInfinity;
            for (var position = 1; position < sorted.Length - 1; position++)
            {
                var gap = front[sorted[position + 1]][objective] - front[sorted[position - 1]][objective];
                distances[sorted[position]] += gap / range;
            }
        }

        for (var member = 0; member < distances.Length; member++)
            distances[member] /= objectives;
        return ImmutableArray.Create(distances);
    }
}
