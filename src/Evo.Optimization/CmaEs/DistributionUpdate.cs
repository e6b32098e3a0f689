using System.Collections.Immutable;

namespace Evo.Optimization.CmaEs;

/// <summary>
/// One update of the search distribution. Equation numbers: Hansen's tutorial, arXiv 1604.00772v2; the step-size indicator h_sigma and the
/// guard in the negative weights are pycma's.
/// </summary>
internal static class DistributionUpdate
{
    /// <param name="points">The candidates x_k, n coordinates each.</param>
    public static SearchDistribution Apply(
        SearchDistribution old, StrategyParameters parameters, double[][] points, Ranking ranking)
    {
        var n = old.Dimension;
        var iteration = old.Iteration + 1;
        var steps = Array.ConvertAll(points, point => Step(old, point));
        var meanStep = MeanStep(steps, ranking.Parent);                                                     // (41)
        var mean = new double[n];
        for (var i = 0; i < n; i++)
            mean[i] = old.Mean[i] + (old.StepSize * meanStep[i]);                                           // (42), cm = 1

        var stepPath = Fade(old.StepPath, old.Eigensystem.Whiten(meanStep), parameters.Cs, ranking.MuEff);  // (43)
        var stepPathLength = Math.Sqrt(SquaredLength(stepPath));
        var exponent = parameters.Cs / parameters.Damps * ((stepPathLength / parameters.ChiN) - 1);
        var stepSize = old.StepSize * Math.Exp(Math.Clamp(exponent, -1, 1));                                // (44)

        var stalled = Stalled(SquaredLength(stepPath), parameters.Cs, iteration, n);                        // h_sigma = 0
        var covariancePath = stalled
            ? [.. old.CovariancePath.Select(p => (1 - parameters.Cc) * p)]
            : Fade(old.CovariancePath, meanStep, parameters.Cc, ranking.MuEff);                             // (45)
        var covariance = Covariance(old, parameters, steps, ranking, covariancePath, stalled);              // (46), (47)

        return old with
        {
            Mean = ImmutableArray.Create(mean),
            StepSize = stepSize,
            StepPath = ImmutableArray.Create(stepPath),
            CovariancePath = ImmutableArray.Create(covariancePath),
            Covariance = ImmutableArray.Create(covariance),
            Iteration = iteration,
        };
    }

    /// <summary>Decomposes C again when the lazy gap has passed; sampling until then uses the older decomposition (tutorial B.2).</summary>
    public static SearchDistribution RefreshEigensystem(SearchDistribution distribution, int gap) =>
        distribution.Iteration - distribution.EigenIteration < gap
            ? distribution
            : distribution with
            {
                Eigensystem = Eigensystem.Decompose(distribution.Covariance, distribution.Dimension),
                EigenIteration = distribution.Iteration,
            };

    private static double[] Step(SearchDistribution old, double[] point)
    {
        var step = new double[point.Length];
        for (var i = 0; i < step.Length; i++)
            step[i] = (point[i] - old.Mean[i]) / old.StepSize;
        return step;
    }

    private static double[] MeanStep(double[][] steps, ImmutableArray<double> weights)
    {
        var mean = new double[steps[0].Length];
        for (var k = 0; k < steps.Length; k++)
        {
            if (weights[k] == 0)
                continue;
            for (var i = 0; i < mean.Length; i++)
                mean[i] += weights[k] * steps[k][i];
        }

        return mean;
    }

    private static double[] Fade(ImmutableArray<double> path, double[] step, double rate, double muEff)
    {
        var gain = Math.Sqrt(rate * (2 - rate) * muEff);
        var faded = new double[step.Length];
        for (var i = 0; i < faded.Length; i++)
            faded[i] = ((1 - rate) * path[i]) + (gain * step[i]);
        return faded;
    }

    /// <summary>Whether p_sigma is so long that p_c must wait: while sigma is still growing fast, C should not.</summary>
    private static bool Stalled(double squaredLength, double cs, int iteration, int n) =>
        !((squaredLength / (1 - Math.Pow(1 - cs, 2.0 * iteration)) / n) - 1 < 1 + (4.0 / (n + 1)));

    private static double[] Covariance(
        SearchDistribution old, StrategyParameters parameters, double[][] steps, Ranking ranking, double[] path, bool stalled)
    {
        var n = old.Dimension;
        var c1Decay = stalled ? parameters.C1 * (1 - (parameters.Cc * (2 - parameters.Cc))) : parameters.C1;
        var keep = 1 - c1Decay - (parameters.CMu * parameters.Weights.Sum());

        // (46): a negative weight is scaled so that its step counts as if it had length sqrt(n): C stays positive definite.
        var factors = new double[steps.Length];
        for (var k = 0; k < steps.Length; k++)
        {
            var weight = ranking.Covariance[k];
            if (weight < 0)
            {
                var length = Math.Sqrt(SquaredLength(old.Eigensystem.Whiten(steps[k]))) + 1e-9;
                weight *= n / (length * length);
            }

            factors[k] = parameters.CMu * weight;
        }

        var covariance = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            var row = covariance.AsSpan(i * n, i + 1);
            var oldRow = old.Covariance.AsSpan(i * n, i + 1);
            for (var j = 0; j <= i; j++)
                row[j] = (keep * oldRow[j]) + (parameters.C1 * path[i] * path[j]);                           // (47), rank one
            for (var k = 0; k < steps.Length; k++)
            {
                var scaled = factors[k] * steps[k][i];
                var step = steps[k];
                for (var j = 0; j <= i; j++)
                    row[j] += scaled * step[j];                                                              // (47), rank mu
            }

            for (var j = 0; j < i; j++)
                covariance[(j * n) + i] = row[j];
        }

        return covariance;
    }

    private static double SquaredLength(ReadOnlySpan<double> vector)
    {
        var sum = 0.0;
        foreach (var coordinate in vector)
            sum += coordinate * coordinate;
        return sum;
    }
}
