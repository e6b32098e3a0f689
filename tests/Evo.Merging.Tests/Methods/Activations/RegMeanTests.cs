using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Activations;

/// <summary>Card B1.</summary>
public sealed class RegMeanTests
{
    private const string Recipe = "{merge_method: regmean, models: [{model: one}, {model: two}], parameters: {off_diagonal: ";

    [Theory]
    [InlineData(1, 1.818182, 1.545455)]
    [InlineData(.5, 1.893617, 1.638298)]
    [InlineData(0, 2, 1.75)]
    public void The_cards_worked_numbers(double offDiagonal, double first, double second)
    {
        using var scene = ActivationScene.Of(1, 2, [0, 0], [1, 1], [4, 2]);
        scene.Statistics
            .With("one", ActivationScene.Tensor, new GivenStatistics(2, [2, 1, 1, 1]))
            .With("two", ActivationScene.Tensor, new GivenStatistics(2, [1, 0, 0, 3]));

        Near.Equal([first, second], scene.MergeOne(FormattableString.Invariant($"{Recipe}{offDiagonal}}}}}")), 1e-6);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(.9, 1, 1)]
    [InlineData(.1, .3, 2)]
    public void Agrees_with_the_formula_in_float64(double offDiagonal, double first, double second)
    {
        using var scene = new ActivationScene();
        var grams = scene.Grams.Select(gram => ReferenceRegression.Shrunk(gram, ActivationScene.Inputs, offDiagonal)).ToArray();
        var expected = ReferenceRegression.Solve(ActivationScene.Outputs, ActivationScene.Inputs, scene.Weights, grams, [first, second]);

        var merged = scene.Scene.MergeOne(FormattableString.Invariant(
            $"{{merge_method: regmean, models: [{{model: one, parameters: {{weight: {first}}}}}, {{model: two, parameters: {{weight: {second}}}}}], parameters: {{off_diagonal: {offDiagonal}}}}}"));

        Near.Equal(expected, merged, 1e-6);
    }

    [Fact]
    public void Uncorrelated_inputs_of_one_size_give_the_mean()
    {
        using var scene = ActivationScene.Of(1, 2, [0, 0], [1, 1], [4, 2]);
        foreach (var model in new[] { "one", "two" })
            scene.Statistics.With(model, ActivationScene.Tensor, new GivenStatistics(2, [1, 0, 0, 1]));

        Near.Equal([2.5, 1.5], scene.MergeOne(Recipe + "1}}"), 1e-6);
    }

    [Fact]
    public void One_model_is_returned_whatever_it_sees()
    {
        using var scene = new ActivationScene();
        Near.Equal(ActivationScene.Wide(scene.One), scene.Scene.MergeOne("{merge_method: regmean, models: [{model: one}]}"), 1e-7);
    }

    /// <summary>Two channels that are always equal, and one that is always 0: the matrix is singular, and the mean decides what no input tells.</summary>
    [Fact]
    public void Directions_without_inputs_take_the_mean()
    {
        using var scene = ActivationScene.Of(1, 3, [0, 0, 0], [1, 1, 5], [4, 2, 7]);
        foreach (var model in new[] { "one", "two" })
            scene.Statistics.With(model, ActivationScene.Tensor, new GivenStatistics(3, [1, 1, 0, 1, 1, 0, 0, 0, 0]));

        var merged = scene.MergeOne(Recipe + "1}}");

        Near.Equal([2.5, 1.5, 6], merged, 1e-5); // what matters for inputs (x, x, 0) is the sum of the first two, 4; their difference is the mean's
    }

    [Fact]
    public void Channels_of_very_different_size_do_not_spoil_each_other()
    {
        using var scene = ActivationScene.Of(1, 2, [0, 0], [1, 1], [4, 2]);
        scene.Statistics
            .With("one", ActivationScene.Tensor, new GivenStatistics(2, [1e6f, 1, 1, 1e-4f]))
            .With("two", ActivationScene.Tensor, new GivenStatistics(2, [3e6f, 2, 2, 1e-4f]));
        var expected = ReferenceRegression.Solve(
            1, 2, [[1, 1], [4, 2]], [[1e6, 1, 1, ActivationScene.Wide([1e-4f])[0]], [3e6, 2, 2, ActivationScene.Wide([1e-4f])[0]]], [1, 1]);

        Near.Equal(expected, scene.MergeOne(Recipe + "1}}"), 5e-4); // one unit in the last place of −3791
    }

    [Fact]
    public void Tensors_without_statistics_are_averaged()
    {
        using var scene = ActivationScene.Of(1, 2, [0, 0], [1, 1], [4, 2]);
        scene.Statistics.With("two", ActivationScene.Tensor, null);

        Near.Equal([2.5, 1.5], scene.MergeOne(Recipe + "1}}"), 1e-6);
    }

    [Fact]
    public void Weights_that_add_up_to_0_are_refused_by_name()
    {
        using var scene = new ActivationScene();
        var failure = Assert.Throws<NonFiniteMergeException>(() => scene.Scene.MergeOne(
            "{merge_method: regmean, models: [{model: one, parameters: {weight: 0}}, {model: two, parameters: {weight: 0}}]}"));
        Assert.Contains(ActivationScene.Tensor, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_NaN_is_named_with_its_model()
    {
        using var scene = ActivationScene.Of(1, 2, [0, 0], [1, float.NaN], [4, 2]);
        var failure = Assert.Throws<NonFiniteMergeException>(() => scene.MergeOne(Recipe + "1}}"));
        Assert.Contains("one", failure.Message, StringComparison.Ordinal);
    }
}
