using System.Collections.Immutable;

namespace Evo.Optimization.CmaEs;

/// <summary>
/// Recombination weights handed to candidates by rank. Candidates that compare equal share the mean of the weights of their places: with
/// scores that are fractions of a few dozen items ties are normal, and which of two equal candidates came first says nothing.
/// </summary>
/// <param name="Parent">For each candidate its share in the new mean; sums to 1.</param>
/// <param name="Covariance">For each candidate its signed share in the rank-mu update.</param>
/// <param name="MuEff">1 / sum of squares of <paramref name="Parent"/>, so that random selection still leaves the paths unbiased.</param>
internal sealed record Ranking(ImmutableArray<double> Parent, ImmutableArray<double> Covariance, double MuEff)
{
    /// <param name="order">Candidates from best to worst.</param>
    /// <param name="tied">Whether two neighbours of the order compare equal.</param>
    public static Ranking Of(StrategyParameters parameters, ReadOnlySpan<int> order, Func<int, int, bool> tied)
    {
        var parent = new double[order.Length];
        var covariance = new double[order.Length];
        var anyTies = false;
        for (var first = 0; first < order.Length;)
        {
            var end = first + 1;
            while (end < order.Length && tied(order[end - 1], order[end]))
                end++;
            var (positive, signed) = (0.0, 0.0);
            for (var place = first; place < end; place++)
            {
                positive += Math.Max(0, parameters.Weights[place]);
                signed += parameters.Weights[place];
            }

            for (var place = first; place < end; place++)
            {
                parent[order[place]] = positive / (end - first);
                covariance[order[place]] = signed / (end - first);
            }

            anyTies |= end - first > 1;
            first = end;
        }

        var muEff = anyTies ? 1 / parent.Sum(weight => weight * weight) : parameters.MuEff;
        return new Ranking(ImmutableArray.Create(parent), ImmutableArray.Create(covariance), muEff);
    }
}
