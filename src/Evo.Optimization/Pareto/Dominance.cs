using System.Collections.Immutable;

namespace Evo.Optimization.Pareto;

/// <summary>Pareto dominance with the direction of every objective spelled out.</summary>
public static class Dominance
{
    /// <summary>Whether <paramref name="first"/> is at least as good in every objective and better in one.</summary>
    /// <param name="first">Objective values, one for each goal; no NaN.</param>
    /// <param name="second">Objective values, one for each goal; no NaN.</param>
    /// <param name="goals">The direction of each objective.</param>
    public static bool Dominates(ReadOnlySpan<double> first, ReadOnlySpan<double> second, ImmutableArray<Goal> goals)
    {
        if (first.Length != goals.Length || second.Length != goals.Length)
            throw new ArgumentException($"Expected {goals.Length} objective values, got {first.Length} and {second.Length}.");
        var better = false;
        for (var objective = 0; objective < goals.Length; objective++)
        {
            var sign = goals[objective] == Goal.Minimize ? 1 : -1;
            var (a, b) = (sign * first[objective], sign * second[objective]);
            if (!(a <= b))
                return false;
            better |= a < b;
        }

        return better;
    }

    /// <summary>Dominance when everything is minimised.</summary>
    internal static bool Dominates(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var better = false;
        for (var objective = 0; objective < first.Length; objective++)
        {
            if (first[objective] > second[objective])
                return false;
            better |= first[objective] < second[objective];
        }

        return better;
    }

    /// <summary>At least as good in every objective when everything is minimised; equal points count.</summary>
    internal static bool WeaklyDominates(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        for (var objective = 0; objective < first.Length; objective++)
        {
            if (first[objective] > second[objective])
                return false;
        }

        return true;
    }
}
