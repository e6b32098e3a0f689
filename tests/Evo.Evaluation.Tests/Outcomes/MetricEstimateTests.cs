using System.Collections.Immutable;
using Evo.Evaluation.Outcomes;
using Evo.Evaluation.Scoring;

namespace Evo.Evaluation.Tests.Outcomes;

public sealed class MetricEstimateTests
{
    private static ImmutableArray<ItemResult> Items(params (double Score, double Weight)[] items)
        => [.. items.Select((item, i) => new ItemResult($"{i}", item.Score, item.Weight, null, 0, 0, Truncated: i == 0, null))];

    [Fact]
    public void Equal_weights_give_the_mean_and_the_standard_error_of_the_mean()
    {
        var estimate = MetricEstimate.From(Items((1, 1), (0, 1), (1, 1), (0, 1)));

        // s² = 4·0.25/3 = 1/3; s/√4 = 0.288675
        Assert.Equal(0.5, estimate.Value, 12);
        Assert.Equal(Math.Sqrt(1 / 3.0) / 2, estimate.StandardError, 12);
        Assert.Equal((4, 0.25), (estimate.Items, estimate.TruncatedShare));
    }

    [Fact]
    public void Weights_make_it_a_ratio()
    {
        var estimate = MetricEstimate.From(Items((2, 1), (4, 3)));

        // mean 14/4; Σw²(x−x̄)² = 1·1.5² + 9·0.5² = 4.5; 2/1·4.5/16
        Assert.Equal(3.5, estimate.Value, 12);
        Assert.Equal(Math.Sqrt(4.5 / 16 * 2), estimate.StandardError, 12);
    }

    [Fact]
    public void Perplexity_is_e_to_the_mean_loss_with_the_error_of_the_delta_method()
    {
        var estimate = Metrics.Find("perplexity")!.Estimate(Items((2, 1), (4, 3)));

        Assert.Equal(Math.Exp(3.5), estimate.Value, 10);
        Assert.Equal(Math.Exp(3.5) * 0.75, estimate.StandardError, 10);
    }

    [Fact]
    public void One_item_has_no_error_and_none_has_no_value()
    {
        Assert.Equal((3.0, 0.0), (MetricEstimate.From(Items((3, 2))).Value, MetricEstimate.From(Items((3, 2))).StandardError));
        Assert.Equal(double.NaN, MetricEstimate.From([]).Value);
    }
}
