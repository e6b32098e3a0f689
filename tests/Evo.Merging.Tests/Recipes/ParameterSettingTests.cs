using Evo.Merging.Recipes;

namespace Evo.Merging.Tests.Recipes;

/// <summary>mergekit's rules for one setting: gradients over depth, filters by substring.</summary>
public sealed class ParameterSettingTests
{
    [Fact]
    public void A_gradient_is_interpolated_over_depth()
    {
        var gradient = new GradientSetting([0, 1, .5]);
        Assert.Equal([0, .5, 1, .75, .5], Enumerable.Range(0, 5).Select(layer => gradient.Evaluate("any", layer / 4.0)!.Value));
    }

    [Fact]
    public void A_gradient_of_one_value_is_that_value() => Assert.Equal(0.3, new GradientSetting([0.3]).Evaluate("any", 0.7));

    [Theory]
    [InlineData("model.layers.2.self_attn.q_proj.weight", 0.5, .2)]
    [InlineData("model.layers.2.mlp.up_proj.weight", 0.5, .5)]
    [InlineData("model.norm.weight", 0, .5)]
    public void The_first_filter_that_matches_decides(string tensor, double depth, double value) => Assert.Equal(value, Fixture.Evaluate(tensor, depth));

    [Fact]
    public void A_star_matches_everything() =>
        Assert.Equal(3, new ConditionalSetting([new("*", new ScalarSetting(3)), new(null, new ScalarSetting(4))]).Evaluate("any", 0));

    [Fact]
    public void Without_a_match_the_setting_says_nothing() =>
        Assert.Null(new ConditionalSetting([new("mlp", new ScalarSetting(3))]).Evaluate("model.norm.weight", 0));

    private static ConditionalSetting Fixture { get; } = new(
    [
        new("self_attn", new ScalarSetting(.2)), new("mlp", new GradientSetting([0, 1])), new(null, new ScalarSetting(.5)),
    ]);
}
