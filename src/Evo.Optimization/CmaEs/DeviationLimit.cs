using System.Collections.Immutable;

namespace Evo.Optimization.CmaEs;

/// <summary>
/// Keeps the standard deviation of every coordinate at or below a limit. Inside a box more spread than a third of the interval only samples
/// the mirrored copies of the box; nothing else would stop sigma from growing on a flat landscape.
/// </summary>
internal static class DeviationLimit
{
    public static SearchDistribution Apply(SearchDistribution distribution, double limit)
    {
        var n = distribution.Dimension;
        var excess = new double[n];
        for (var i = 0; i < n; i++)
            excess[i] = distribution.Deviation(i) / limit;
        if (excess.All(ratio => ratio <= 1))
            return distribution;

        // What all coordinates exceed is taken from sigma; the rest from the rows and columns of C, which keeps it positive definite.
        var common = Math.Max(1, excess.Min());
        var scale = Array.ConvertAll(excess, ratio => Math.Min(1, common / ratio));
        var covariance = distribution.Covariance.ToArray();
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
                covariance[(i * n) + j] *= scale[i] * scale[j];
        }

        var limited = distribution with
        {
            StepSize = distribution.StepSize / common,
            Covariance = ImmutableArray.Create(covariance),
            CovariancePath = [.. distribution.CovariancePath.Select((p, i) => p * scale[i])],
        };
        return limited with { Eigensystem = Eigensystem.Decompose(limited.Covariance, n), EigenIteration = limited.Iteration };
    }
}
