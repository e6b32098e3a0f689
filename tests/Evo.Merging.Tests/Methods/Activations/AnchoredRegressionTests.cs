using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Activations;

/// <summary>Cards A8 (Bayesian Model Merging) and B3 (LOT).</summary>
public sealed class AnchoredRegressionTests
{
    [Fact]
    public void A_strong_anchor_decides_alone()
    {
        using var scene = new ActivationScene();
        var merged = scene.Scene.MergeOne(Bmm("ridge: 1.0e9, anchor_lambda: 0.4"));

        Near.Equal([.. scene.Base.Select((start, i) => start + (.4 * ((scene.One[i] - start) + (scene.Two[i] - start))))], merged, 1e-6);
    }

    [Fact]
    public void Without_anchor_it_is_regression_on_normalised_Gram_matrices()
    {
        using var scene = new ActivationScene();
        var grams = scene.Grams.Select(gram => ReferenceRegression.Normalized(gram, ActivationScene.Inputs)).ToArray();
        var expected = ReferenceRegression.Solve(ActivationScene.Outputs, ActivationScene.Inputs, scene.Weights, grams, [.5, .5]);

        Near.Equal(expected, scene.Scene.MergeOne(Bmm("ridge: 0.0")), 1e-6);
    }

    [Fact]
    public void Equal_Gram_matrices_give_the_weighted_average()
    {
        using var scene = new ActivationScene();
        foreach (var model in new[] { "one", "two" })
            scene.Scene.Statistics.With(model, ActivationScene.Tensor, scene.Statistics("base"));

        var merged = scene.Scene.MergeOne(Bmm("ridge: 0.0", "parameters: {weight: 3}"));

        Near.Equal([.. scene.One.Zip(scene.Two, (one, two) => (.75 * one) + (.25 * two))], merged, 1e-6);
    }

    [Theory]
    [InlineData("average", 0)]
    [InlineData("base", 0)]
    [InlineData("task_arithmetic", 0)]
    [InlineData("task_arithmetic", .3)]
    [InlineData("average", 1)]
    public void Agrees_with_the_formula_in_float64(string anchor, double blend)
    {
        using var scene = new ActivationScene();
        var n = ActivationScene.Inputs;
        var start = ActivationScene.Wide(scene.Base);
        var vectors = scene.Weights.Select(weights => weights.Zip(start, (w, b) => (double)(float)(w - b)).ToArray()).ToArray();
        var grams = scene.Grams.Select((gram, model) => ReferenceRegression.Normalized(gram, n).Zip(
            ReferenceRegression.Normalized(ReferenceRegression.GramOf(vectors[model], n), n), (text, own) => ((1 - blend) * text) + (blend * own)).ToArray()).ToArray();
        double[] shares = [1 / 3.0, 2 / 3.0];
        double[] ofAnchor = anchor switch { "average" => shares, "base" => [0, 0], _ => [.25, .5] };
        var anchored = start.Select((b, i) => b + (ofAnchor[0] * vectors[0][i]) + (ofAnchor[1] * vectors[1][i])).ToArray();
        var solved = ReferenceRegression.Solve(ActivationScene.Outputs, n, scene.Weights, grams, shares, ridge: .2, anchored);

        var merged = scene.Scene.MergeOne(Bmm(
            FormattableString.Invariant($"ridge: 0.2, lambda: 0.8, anchor: {anchor}, anchor_lambda: 0.25, gram_blend: {blend}"), null, "parameters: {weight: 2}"));

        Near.Equal([.. start.Zip(solved, (b, w) => b + (.8 * (w - b)))], merged, 2e-6);
    }

    [Fact]
    public void The_data_free_variant_asks_for_no_text()
    {
        using var scene = new ActivationScene();
        scene.Scene.Parents.Calibration = null;

        Assert.All(scene.Scene.MergeOne(Bmm("gram_blend: 1")), value => Assert.True(float.IsFinite(value)));
        Assert.Throws<RecipeException>(() => scene.Scene.Plan(Bmm("gram_blend: 0.5")));
    }

    [Fact]
    public void Lot_is_regression_of_task_vectors()
    {
        using var scene = new ActivationScene();
        var expected = ReferenceRegression.Solve(ActivationScene.Outputs, ActivationScene.Inputs, scene.Weights, scene.Grams, [1, 1]);

        Near.Equal(expected, scene.Scene.MergeOne(Lot("ridge: 0.0")), 1e-6);
        var scaled = expected.Zip(scene.Base, (solved, start) => start + (.6 * (solved - start)));
        Near.Equal([.. scaled], scene.Scene.MergeOne(Lot("lambda: 0.6")), 1e-6);
    }

    [Fact]
    public void The_cards_worked_numbers_stand_on_a_base_too()
    {
        using var scene = ActivationScene.Of(1, 2, [.5f, -1], [1.5f, 0], [4.5f, 1]);
        scene.Statistics
            .With("one", ActivationScene.Tensor, new GivenStatistics(2, [2, 1, 1, 1], secondMoments: [2, 1]))
            .With("two", ActivationScene.Tensor, new GivenStatistics(2, [1, 0, 0, 3], secondMoments: [1, 3]));

        Near.Equal([.5 + 1.818182, -1 + 1.545455], scene.MergeOne(Lot("ridge: 0.0")), 1e-6);
    }

    [Fact]
    public void What_no_input_excites_stays_the_bases()
    {
        using var scene = ActivationScene.Of(1, 2, [1, 1], [3, 9], [5, 9]);
        foreach (var model in new[] { "one", "two" })
            scene.Statistics.With(model, ActivationScene.Tensor, new GivenStatistics(2, [1, 0, 0, 0], secondMoments: [1, 0]));

        Near.Equal([4, 1], scene.MergeOne(Lot("ridge: 0.0")), 1e-5);
    }

    [Fact]
    public void A_ridge_pulls_to_the_base()
    {
        using var scene = new ActivationScene();
        Near.Equal(ActivationScene.Wide(scene.Base), scene.Scene.MergeOne(Lot("ridge: 1.0e6")), 1e-5);
    }

    /// <summary>Outputs of 4 and 9 at scales 2 and 3 are normalised values of mean square 1 and 1: the plain mean; at equal outputs the smaller scale saw more.</summary>
    [Fact]
    public void Norm_scales_are_weighted_by_what_they_see()
    {
        using var scene = new MergeScene(
            ("base", TinyModel.OfVector(1, 1)), ("one", TinyModel.OfVector(2, 2)), ("two", TinyModel.OfVector(3, 3)));
        scene.Statistics
            .With("one", Names.Norm(0), new GivenStatistics(2, secondMoments: [4, 36]))
            .With("two", Names.Norm(0), new GivenStatistics(2, secondMoments: [9, 36]));

        // Second channel: sizes 36/4 = 9 and 36/9 = 4, so T = (9 · 1 + 4 · 2) / 13.
        Near.Equal([2.5, 1 + (17 / 13.0)], scene.MergeOne(Lot("ridge: 0.0")), 1e-6);
    }

    /// <summary>Over several runs, in which statistics are read from the middle.</summary>
    [Fact]
    public void Norms_of_any_length_agree_with_the_formula_in_float64()
    {
        const int Length = 20_011;
        var random = new Random(4);
        float[] Values(double from, double to) => [.. Enumerable.Range(0, Length).Select(_ => (float)(from + ((to - from) * random.NextDouble())))];
        float[] start = Values(.5, 1.5), one = Values(.5, 1.5), two = Values(-1.5, -.5), outOfOne = Values(0, 3), outOfTwo = Values(.1, 9);
        using var scene = new MergeScene(("base", TinyModel.OfVector(start)), ("one", TinyModel.OfVector(one)), ("two", TinyModel.OfVector(two)));
        scene.Statistics
            .With("one", Names.Norm(0), new GivenStatistics(Length, secondMoments: outOfOne))
            .With("two", Names.Norm(0), new GivenStatistics(Length, secondMoments: outOfTwo));

        var merged = scene.MergeOne(Recipe("lot", "lambda: 0.9", null, "parameters: {weight: 2}"));

        Near.Equal([.. start.Select((from, i) =>
        {
            var (p, q) = (outOfOne[i] / ((double)one[i] * one[i]), 2 * outOfTwo[i] / ((double)two[i] * two[i]));
            return from + (.9 * ((p * ((double)one[i] - from)) + (q * ((double)two[i] - from))) / (p + q));
        })], merged, 1e-6);
    }

    private static string Bmm(string parameters, string? ofOne = null, string? ofTwo = null) => Recipe("bmm", parameters, ofOne, ofTwo);

    private static string Lot(string parameters) => Recipe("lot", parameters, null, null);

    private static string Recipe(string method, string parameters, string? ofOne, string? ofTwo)
    {
        string Model(string name, string? own) => own is null ? $"{{model: {name}}}" : $"{{model: {name}, {own}}}";
        return $"{{merge_method: {method}, base_model: base, models: [{Model("one", ofOne)}, {Model("two", ofTwo)}], parameters: {{{parameters}}}}}";
    }
}
