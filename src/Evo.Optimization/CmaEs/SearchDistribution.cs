using System.Collections.Immutable;
using Evo.Optimization.Randomness;

namespace Evo.Optimization.CmaEs;

/// <summary>
/// The search distribution N(m, sigma^2 C) with its evolution paths, after <see cref="Iteration"/> updates, in unbounded coordinates.
/// </summary>
internal sealed record SearchDistribution
{
    public required ImmutableArray<double> Mean { get; init; }

    public required double StepSize { get; init; }

    /// <summary>C, n x n, row by row, exactly symmetric.</summary>
    public required ImmutableArray<double> Covariance { get; init; }

    /// <summary>p_sigma, whitened.</summary>
    public required ImmutableArray<double> StepPath { get; init; }

    /// <summary>p_c.</summary>
    public required ImmutableArray<double> CovariancePath { get; init; }

    /// <summary>
    /// The decomposition that samples are drawn with; up to <see cref="StrategyParameters.EigenGap"/> updates older than C.
    /// </summary>
    public required Eigensystem Eigensystem { get; init; }

    public int Iteration { get; init; }

    /// <summary>The iteration whose C was decomposed.</summary>
    public int EigenIteration { get; init; }

    public int Dimension => Mean.Length;

    public static SearchDistribution Start(ImmutableArray<double> mean, double stepSize)
    {
        var identity = Eigensystem.Identity(mean.Length);
        return new SearchDistribution
        {
            Mean = mean,
            StepSize = stepSize,
            Covariance = identity.Vectors,
            StepPath = [.. new double[mean.Length]],
            CovariancePath = [.. new double[mean.Length]],
            Eigensystem = identity,
        };
    }

    /// <summary>The standard deviation of coordinate <paramref name="i"/>: sigma sqrt(C_ii).</summary>
    public double Deviation(int i) => StepSize * Math.Sqrt(Covariance[(i * Dimension) + i]);

    /// <summary>
    /// Tutorial (38)-(40): x = m + sigma B D z with z standard normal, one random stream for each candidate.
    /// </summary>
    /// <param name="generation">Names the streams; a generation that is never repeated in a run with restarts.</param>
    public double[][] Sample(int population, ulong seed, int generation)
    {
        var points = new double[population][];
        var z = new double[Dimension];
        for (var k = 0; k < population; k++)
        {
            var stream = new RandomStream(seed, "cma-es/sample", generation, k);
            for (var i = 0; i < z.Length; i++)
                z[i] = stream.NextNormal();
            var point = Eigensystem.Shape(z);
            for (var i = 0; i < point.Length; i++)
                point[i] = Mean[i] + (StepSize * point[i]);
            points[k] = point;
        }

        return points;
    }
}
