using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Diagnostics;

namespace Evo.Merging.Tests.Diagnostics;

public sealed class HealthCheckTests
{
    [Theory]
    [InlineData(4, 6, 5, true)]
    [InlineData(4, 6, 2.1, true)]
    [InlineData(4, 6, 1.9, false)]
    [InlineData(4, 6, 8.9, true)]
    [InlineData(4, 6, 9.1, false)]
    public void A_norm_stays_between_half_the_smaller_and_one_and_a_half_times_the_larger_parent(double a, double b, double child, bool isHealthy) =>
        Assert.Equal(isHealthy, HealthCheck.OfTensors(Model(child), Model(a), Model(b)).IsEmpty);

    [Fact]
    public void A_value_that_is_no_number_is_a_finding()
    {
        var sick = new ParentDiagnosis("child", "", [new TensorDiagnosis("w", new TensorPlace(0, Component.Mlp, "up"), 1, StaticSignals.None)]);
        Assert.Equal(new HealthFinding("w", "holds NaN or infinite values"), Assert.Single(HealthCheck.OfTensors(sick, Model(1), Model(1))));
    }

    [Fact]
    public void A_layer_that_answers_less_or_more_than_both_parents_is_named()
    {
        ImmutableArray<double> a = [0.1, 0.5, 0.6], b = [0.2, 0.4, 1.1]; // the range is 1, so 0.2 is tolerated
        Assert.Empty(HealthCheck.OfLayers([0, 0.65, 0.5], a, b));
        var findings = HealthCheck.OfLayers([0.1, 0.71, 0.3], a, b);
        Assert.Equal(["layer 1", "layer 2"], findings.Select(finding => finding.Where));
        Assert.Contains("interference", findings[0].Problem, StringComparison.Ordinal);
        Assert.Contains("function loss", findings[1].Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3.5, true)] // half a nat above the worse parent
    [InlineData(3.51, false)]
    [InlineData(1, true)]
    [InlineData(double.NaN, false)]
    public void A_loss_on_generic_text_may_be_half_a_nat_above_the_worse_parents(double child, bool isHealthy)
    {
        Assert.Equal(isHealthy, HealthCheck.OfLoss(child, 3, 2).IsEmpty);
        Assert.Equal(isHealthy, HealthCheck.OfLoss(child, 2, 3).IsEmpty);
    }

    [Theory]
    [InlineData(0, 0, 0, true)]
    [InlineData(1, 0, 0, false)]
    [InlineData(1, 0, 1, true)] // a parent is as bad
    [InlineData(3, 2, 1, false)]
    public void A_child_may_repeat_itself_as_often_as_the_worse_parent(int child, int first, int second, bool isHealthy) =>
        Assert.Equal(isHealthy, HealthCheck.OfRepetition(child, first, second, 3).IsEmpty);

    [Fact]
    public void Two_parents_are_compared_in_the_tensors_that_both_have()
    {
        var other = new ParentDiagnosis("b", "", [.. Model(2).Tensors, new TensorDiagnosis("extra", new TensorPlace(0, Component.Mlp, "up"), 1, default)]);
        Assert.Equal("w", Assert.Single(PairDiagnosis.Of(Model(1), other, [], [])).Name);
    }

    [Fact]
    public void Probes_of_both_parents_decide_where_the_values_do_not()
    {
        var ratio = Assert.Single(PairDiagnosis.Of(Model(1), Model(1), [0.1], [0.4]));
        Assert.True(ratio.Ratio > 0.5);
        Assert.Equal(0.5, Assert.Single(PairDiagnosis.Of(Model(1), Model(1), [0.1], [])).Ratio);
    }

    private static ParentDiagnosis Model(double norm) =>
        new("model", "", [new TensorDiagnosis("w", new TensorPlace(0, Component.Mlp, "up"), 1, new StaticSignals(5, 0.1, norm))]);
}
