using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Activations;

/// <summary>Card B7 on a random matrix and random second moments of four orders of magnitude, in float64.</summary>
public sealed class OtaComparisonTests
{
    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(.6, .35, 0)]
    [InlineData(1, 1, .05)]
    [InlineData(.8, .5, .02)]
    public void Agrees_with_the_formula_in_float64(double densityOfOne, double densityOfTwo, double threshold)
    {
        using var scene = new ActivationScene();
        var start = ActivationScene.Wide(scene.Base);
        var vectors = scene.Weights.Select(weights => weights.Zip(start, (value, from) => (double)(float)(value - from)).ToArray()).ToArray();
        var moments = new[] { "one", "two" }.Select(model => ActivationScene.Wide(scene.Statistics(model).Curved!)).ToArray();
        double[] shares = [1 / 3.0, 2 / 3.0], densities = [densityOfOne, densityOfTwo];
        var weights = vectors.Select((vector, m) =>
        {
            var saliency = vector.Zip(moments[m], (tau, v) => v * tau * tau).ToArray();
            var kept = Enumerable.Range(0, vector.Length).OrderByDescending(i => saliency[i]).Take((int)(densities[m] * vector.Length)).ToHashSet();
            return moments[m].Select((v, i) => kept.Contains(i) && saliency[i] >= threshold ? shares[m] * (Math.Pow(v, .5) + 1e-3) : 0).ToArray();
        }).ToArray();

        var merged = scene.Scene.MergeOne(FormattableString.Invariant(
            $"{{merge_method: ota, base_model: base, models: [{{model: one, parameters: {{density: {densityOfOne}}}}}, {{model: two, parameters: {{weight: 2, density: {densityOfTwo}}}}}], parameters: {{lambda: 0.9, ota_epsilon: 0.001, threshold: {threshold}}}}}"));

        Assert.InRange(weights.Sum(of => of.Count(weight => weight > 0)), 20, 70);
        Near.Equal([.. start.Select((from, i) =>
        {
            var total = weights[0][i] + weights[1][i];
            return from + (total == 0 ? 0 : .9 * ((weights[0][i] * vectors[0][i]) + (weights[1][i] * vectors[1][i])) / total);
        })], merged, 2e-6);
    }
}
