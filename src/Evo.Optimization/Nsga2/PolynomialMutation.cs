using Evo.Optimization.Randomness;

namespace Evo.Optimization.Nsga2;

/// <summary>Polynomial mutation with bounds (Deb and Goyal 1996; the bounded form of Deb's NSGA-II code).</summary>
internal static class PolynomialMutation
{
    /// <summary>The mutated value for a given uniform number; u = 1/2 leaves x as it is.</summary>
    public static double Mutate(double x, double lower, double upper, double eta, double u)
    {
        var range = upper - lower;
        double step;
        if (u <= 0.5)
        {
            var room = 1 - ((x - lower) / range);
            step = Math.Pow((2 * u) + ((1 - (2 * u)) * Math.Pow(room, eta + 1)), 1 / (eta + 1)) - 1;
        }
        else
        {
            var room = 1 - ((upper - x) / range);
            step = 1 - Math.Pow((2 * (1 - u)) + (2 * (u - 0.5) * Math.Pow(room, eta + 1)), 1 / (eta + 1));
        }

        return Math.Clamp(x + (step * range), lower, upper);
    }

    /// <summary>Mutates a point in place: with the individual's probability, each variable with min(1/2, 1/n).</summary>
    public static void Mutate(double[] point, OptimizationProblem problem, Nsga2Settings settings, RandomStream stream)
    {
        if (stream.NextDouble() >= settings.MutationProbability)
            return;
        var perVariable = Math.Min(0.5, 1.0 / point.Length);
        for (var i = 0; i < point.Length; i++)
        {
            if (stream.NextDouble() >= perVariable)
                continue;
            var (lower, upper, _) = problem.Variables[i];
            point[i] = Mutate(point[i], lower, upper, settings.MutationEta, stream.NextDouble());
        }
    }
}
