using Evo.Merging.Tests.Fixtures;
using Evo.Merging.Tests.Methods.Papers;
using Evo.Merging.Tests.Methods.Spectral;
using MathNet.Numerics.LinearAlgebra;

namespace Evo.Merging.Tests.Methods.Activations;

/// <summary>Card A8: the anchor of Bayesian Model Merging may be any strong merge.</summary>
public sealed class AnchorTests
{
    [Theory]
    [InlineData("ties")]
    [InlineData("tsv_m")]
    [InlineData("iso_c")]
    [InlineData("iso_cts")]
    [InlineData("dc_merge")]
    [InlineData("wudi")]
    [InlineData("optmerge")]
    public void Any_strong_merge_can_be_the_anchor(string anchor)
    {
        using var scene = new ActivationScene();
        var merged = scene.Scene.MergeOne(Recipe(anchor, "weight: 1"));

        Near.Equal(ActivationScene.Wide(merged), scene.Scene.MergeOne(Recipe("bmm", $"ridge: 1.0e9, anchor: {anchor}")), 1e-6);
        Near.Equal(
            [.. merged.Zip(scene.Base, (value, start) => start + (.6 * (value - start)))], scene.Scene.MergeOne(Recipe("bmm", $"ridge: 1.0e9, anchor: {anchor}, lambda: 0.6")), 1e-6);
    }

    [Theory]
    [InlineData("ties")]
    [InlineData("tsv_m")]
    [InlineData("wudi")]
    public void Regression_from_another_merge_agrees_with_the_formula_in_float64(string anchor)
    {
        using var scene = new ActivationScene();
        var n = ActivationScene.Inputs;
        Matrix<double> Matrix(double[] values) => Matrix<double>.Build.Dense(ActivationScene.Outputs, n, (row, column) => values[(row * n) + column]);
        var start = ActivationScene.Wide(scene.Base);
        var vectors = Array.ConvertAll(scene.Weights, weights => Matrix([.. weights.Zip(start, (w, b) => w - b)]));
        var change = anchor switch
        {
            "ties" => vectors[0].Map2((x, y) => x * y >= 0 ? (x + (2 * y)) / 3 : Math.Abs(x) >= Math.Abs(2 * y) ? x : y, vectors[1]),
            "tsv_m" => ReferenceSpectral.TsvM(vectors, ActivationScene.Outputs / 2, [2 / 3.0, 4 / 3.0]), // shares of 1/3 and 2/3, with a mean of 1
            _ => BackboneTests.Merged(anchor, vectors),
        };
        var anchored = start.Zip(change.ToRowArrays().SelectMany(row => row), (b, t) => b + t).ToArray();
        var grams = scene.Grams.Select(gram => ReferenceRegression.Normalized(gram, n)).ToArray();
        var expected = ReferenceRegression.Solve(ActivationScene.Outputs, n, scene.Weights, grams, [1 / 3.0, 2 / 3.0], ridge: .2, anchored);

        Near.Equal(expected, scene.Scene.MergeOne(Recipe("bmm", $"ridge: 0.2, anchor: {anchor}", ofTwo: "weight: 2")), 3e-6);
    }

    /// <summary>What is no linear map takes the anchor: the mean under a spectral one, whatever the text says.</summary>
    [Fact]
    public void Norms_take_the_anchor()
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(1, 2)), ("one", TinyModel.OfVector(2, 4)), ("two", TinyModel.OfVector(4, 1)));
        Near.Equal([3, 2.5], scene.MergeOne(Recipe("bmm", "anchor: wudi")));
        Near.Equal([2, 2.25], scene.MergeOne(Recipe("bmm", "anchor: tsv_m, lambda: 0.5")));
        Near.Equal([3, 4], scene.MergeOne(Recipe("bmm", "anchor: ties")));
    }

    private static string Recipe(string method, string parameters, string ofTwo = "") =>
        $"{{merge_method: {method}, base_model: base, models: [{{model: one}}, {{model: two, parameters: {{{ofTwo}}}}}], parameters: {{{parameters}}}}}";
}
