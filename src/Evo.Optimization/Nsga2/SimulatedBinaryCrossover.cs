using Evo.Optimization.Randomness;

namespace Evo.Optimization.Nsga2;

/// <summary>
/// Simulated binary crossover with bounds (Deb and Agrawal 1995; the bounded form of Deb's NSGA-II code): children lie around the parents
/// as one-point crossover of bit strings would put them, the nearer the larger eta.
/// </summary>
internal static class SimulatedBinaryCrossover
{
    /// <summary>Parents closer than this in a variable are handed on unchanged.</summary>
    private const double SameValue = 1e-14;

    /// <summary>The two children of one variable for a given uniform number, the lower first; one u drives both.</summary>
    public static (double Low, double High) Children(double parent1, double parent2, double lower, double upper, double eta, double u)
    {
        var (y1, y2) = parent1 < parent2 ? (parent1, parent2) : (parent2, parent1);
        var distance = y2 - y1;
        var below = Spread(1 + (2 * (y1 - lower) / distance), eta, u);
        var above = Spread(1 + (2 * (upper - y2) / distance), eta, u);
        var low = 0.5 * (y1 + y2 - (below * distance));
        var high = 0.5 * (y1 + y2 + (above * distance));
        return (Math.Clamp(low, lower, upper), Math.Clamp(high, lower, upper));
    }

    /// <summary>Crosses two points in place: with the pair probability, each variable with 1/2, its children swapped with 1/2.</summary>
    public static void Cross(double[] first, double[] second, OptimizationProblem problem, Nsga2Settings settings, RandomStream stream)
    {
        if (stream.NextDouble() >= settings.CrossoverProbability)
            return;
        for (var i = 0; i < first.Length; i++)
        {
            var crossed = stream.NextDouble() < 0.5;
            var swapped = stream.NextDouble() < 0.5;
            var u = stream.NextDouble();
            if (!crossed || Math.Abs(first[i] - second[i]) <= SameValue)
                continue;
            var (lower, upper, _) = problem.Variables[i];
            var (low, high) = Children(first[i], second[i], lower, upper, settings.CrossoverEta, u);
            (first[i], second[i]) = swapped ? (high, low) : (low, high);
        }
    }

    /// <summary>beta_q of a spread limited so that the child stays inside its bound, which lies beta parent distances away.</summary>
    private static double Spread(double beta, double eta, double u)
    {
        var alpha = 2 - Math.Pow(beta, -(eta + 1));
        return u <= 1 / alpha
            ? Math.Pow(u * alpha, 1 / (eta + 1))
            : Math.Pow(1 / (2 - (u * alpha)), 1 / (eta + 1));
    }
}
