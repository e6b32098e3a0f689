using System.Collections.Immutable;

namespace Evo.Evaluation.Outcomes;

/// <summary>A metric over items: its value, its standard error (0 for fewer than two items) and how many items it rests on.</summary>
/// <param name="TruncatedShare">Share of the items that were truncated, in [0, 1].</param>
public sealed record MetricEstimate(double Value, double StandardError, int Items, double TruncatedShare)
{
    /// <summary>
    /// Σwx/Σw with the linearised variance of a ratio, n/(n−1)·Σw²(x−x̄)²/(Σw)² (Cochran, Sampling Techniques, 3rd ed., §6.3);
    /// for equal weights it is s/√n. <see cref="Aggregation.ExponentialOfMean"/> then takes e^x̄, with the standard error e^x̄·se(x̄)
    /// of the delta method. Without items the value is NaN.
    /// </summary>
    public static MetricEstimate From(ImmutableArray<ItemResult> items, Aggregation aggregation = Aggregation.Mean)
    {
        double weight = 0, sum = 0;
        foreach (var item in items)
        {
            weight += item.Weight;
            sum += item.Weight * item.Score;
        }

        var mean = sum / weight;
        double squares = 0;
        foreach (var item in items)
        {
            var deviation = item.Weight * (item.Score - mean);
            squares += deviation * deviation;
        }

        var n = items.Length;
        var error = n < 2 ? 0 : Math.Sqrt(squares / (weight * weight) * n / (n - 1));
        var truncated = n == 0 ? 0 : items.Count(item => item.Truncated) / (double)n;
        if (aggregation == Aggregation.ExponentialOfMean)
        {
            mean = Math.Exp(mean);
            error *= mean;
        }

        return new MetricEstimate(mean, error, n, truncated);
    }
}
