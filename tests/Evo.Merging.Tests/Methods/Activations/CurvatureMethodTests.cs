using Evo.Merging.Calibration;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Activations;

/// <summary>Cards B2 (Fisher), B7 (OTA with FFG).</summary>
public sealed class CurvatureMethodTests
{
    private const string Fisher = "{merge_method: fisher, models: [{model: one, parameters: {weight: 1}}, {model: two, parameters: {weight: 3}}]";

    [Fact]
    public void Equal_information_gives_the_weighted_mean()
    {
        using var scene = Scene([1, 2], [3, 6], [5, 5], [5, 5]);
        Near.Equal([2.5, 5], scene.MergeOne(Fisher + "}"), 1e-6);
    }

    [Fact]
    public void Far_more_information_decides_alone()
    {
        using var scene = Scene([1, 2], [3, 6], [1e5f, 1], [1, 1e5f]);
        Near.Equal([1, 6], scene.MergeOne(Fisher + "}"), 1e-4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Agrees_with_the_formula_in_float64(bool normalize)
    {
        using var scene = new ActivationScene();
        var information = new[] { "one", "two" }.Select(model => ActivationScene.Wide(scene.Statistics(model).Curved!)).ToArray();
        var units = new[] { 2.5, 0.1 };
        foreach (var (index, model) in new[] { "one", "two" }.Index())
            scene.Scene.Statistics.With(model, ActivationScene.Tensor, new GivenStatistics(7, curvature: scene.Statistics(model).Curved) { CurvatureRootMeanSquare = units[index] });

        var merged = scene.Scene.MergeOne($"{Fisher}, parameters: {{normalize: {(normalize ? "true" : "false")}}}}}");

        Near.Equal([.. Enumerable.Range(0, merged.Length).Select(i =>
        {
            var (f, g) = (information[0][i] / (normalize ? units[0] : 1), 3 * information[1][i] / (normalize ? units[1] : 1));
            return ((f * scene.One[i]) + (g * scene.Two[i])) / (f + g);
        })], merged, 1e-6);
    }

    [Fact]
    public void No_information_at_all_falls_to_the_floor_which_is_the_mean()
    {
        using var scene = Scene([1, 2], [3, 6], [0, 0], [0, 0]);
        Near.Equal([2.5, 5], scene.MergeOne(Fisher + "}"), 1e-6);
    }

    [Fact]
    public void Ota_weights_task_vectors_by_the_root_of_the_second_moment()
    {
        using var scene = WithBase([1, 1], [2, 3], [4, 7], [16, 1e-4f], [1, 4e-4f]);
        Near.Equal([1 + (((4 * 1) + (1 * 3)) / 5.0), 1 + (((.01 * 2) + (.02 * 6)) / .03)], scene.MergeOne(Ota("{}")), 2e-5);
    }

    [Fact]
    public void A_power_of_0_is_the_mean_and_an_epsilon_decides_where_nothing_is_known()
    {
        using var scene = WithBase([1, 1], [2, 3], [4, 7], [16, 0], [1, 0]);
        Near.Equal([3, 5], scene.MergeOne(Ota("{power: 0.0}")), 1e-6);
        Near.Equal([2.4, 5], scene.MergeOne(Ota("{}")), 1e-6);
    }

    [Fact]
    public void The_graft_keeps_the_most_salient_and_the_base_where_no_model_keeps()
    {
        // Saliencies v τ² of one: 16, 4, 1, 9; of two: 1, 1, 4, 0.
        using var scene = WithBase([0, 0, 0, 0], [1, 1, 1, 1], [1, 1, 2, 0], [16, 4, 1, 9], [1, 1, 1, 9]);
        Near.Equal([1, 0, 2, 1], scene.MergeOne(Ota("{}", "density: 0.5", "density: 0.25")), 1e-6);
        Near.Equal([1, 0, 2, 1], scene.MergeOne(Ota("{}", "threshold: 5.0", "threshold: 3.0")), 1e-6);
        Near.Equal([0, 0, 0, 0], scene.MergeOne(Ota("{}", "density: 0.0", "density: 0.0")), 1e-6);
    }

    [Fact]
    public void Of_weights_without_saliency_the_first_are_kept_and_count()
    {
        // One keeps its first two weights, the base's own; only the third is two's alone.
        using var scene = WithBase([0, 0, 0], [0, 0, 0], [3, 3, 3], [4, 4, 4], [1, 1, 1]);
        Near.Equal([1, 1, 3], scene.MergeOne(Ota("{}", "density: 0.67", "density: 1.0")), 1e-6);
    }

    [Theory]
    [InlineData(3_000, 0.3)]
    [InlineData(70_000, 0.3)]
    [InlineData(70_000, 0.9)] // among weights without saliency: the first are kept
    public void A_graft_of_many_weights_keeps_the_most_salient(int count, double density)
    {
        var random = new Random(5);
        float[] vector = [.. Enumerable.Range(0, count).Select(_ => random.Next(-9, 10) / 8f)];
        float[] curved = [.. Enumerable.Range(0, count).Select(_ => random.Next(0, 5) / 4f)];
        using var scene = WithBase(new float[count], vector, new float[count], curved, new float[count]);
        var kept = Enumerable.Range(0, count).OrderByDescending(i => MathF.Sqrt(curved[i]) * MathF.Abs(vector[i])).Take((int)(density * count)).ToHashSet();
        Near.Equal([.. vector.Select((value, i) => kept.Contains(i) ? (double)value : 0)], scene.MergeOne(Ota("{}", FormattableString.Invariant($"density: {density}"), "density: 0.0")), 1e-6);
    }

    [Fact]
    public void Tiny_second_moments_keep_their_order()
    {
        using var scene = WithBase([0, 0, 0], [1e-5f, 1e-5f, 1e-5f], [0, 0, 0], [1e-20f, 3e-20f, 2e-20f], [1e-20f, 1e-20f, 1e-20f]);
        var merged = scene.MergeOne(Ota("{ota_epsilon: 1.0e-26}", "density: 0.34", "density: 0.0"));
        Near.Equal([0, 1e-5, 0], merged, 1e-12);
    }

    [Fact]
    public void A_rank_one_second_moment_is_what_its_sums_say()
    {
        // Outer product of (1, 4) and (1, 9, 4): the approximation is exact.
        using var exact = Matrices([1, 9, 4, 4, 36, 16]);
        Near.Equal([.. exact.MergeOne(Ota("{}")).Select(value => (double)value)], exact.MergeOne(Ota("{rank_one: true}")), 1e-6);
        using var other = Matrices([1, 9, 4, 4, 0, 16]);
        var (row, column, total) = (20.0, 9.0, 34.0);
        var h = Math.Sqrt(row * column / total);
        Near.Equal([(h + 2) / (h + 1)], other.MergeOne(Ota("{rank_one: true}"))[4..5], 1e-6);
    }

    [Fact]
    public void The_norm_can_be_kept()
    {
        using var scene = new ActivationScene();
        var merged = scene.Scene.MergeOne(Ota("{curvature: fisher, preserve_norm: true}", "density: 0.3", "density: 0.6"));
        double Norm(float[] values) => Math.Sqrt(values.Zip(scene.Base, (value, start) => Math.Pow((double)value - start, 2)).Sum());

        Assert.Equal((Norm(scene.One) + Norm(scene.Two)) / 2, Norm(merged), 1e-5);
    }

    [Fact]
    public void Activations_stand_in_for_the_second_moment_by_channel()
    {
        using var scene = ActivationScene.Of(1, 2, [0, 0], [1, 1], [2, 2]);
        scene.Statistics
            .With("one", ActivationScene.Tensor, new GivenStatistics(2, secondMoments: [9, 1]))
            .With("two", ActivationScene.Tensor, new GivenStatistics(2, secondMoments: [1, 1]));
        Near.Equal([5 / 4.0, 1.5], scene.MergeOne(Ota("{curvature: activations}")), 1e-6);
    }

    [Fact]
    public void Plans_ask_for_what_the_parameters_read()
    {
        using var scene = new ActivationScene();
        scene.Scene.Plan(Ota("{curvature: fisher}"));
        scene.Scene.Plan(Ota("{}"));
        scene.Scene.Plan("{merge_method: task_arithmetic, base_model: base, models: [{model: one, parameters: {weight: 1}}], parameters: {aim_omega: 0.4}}");

        Assert.Equal(
            [
                ("one", CalibrationKinds.Fisher), ("two", CalibrationKinds.Fisher),
                ("one", CalibrationKinds.OptimizerState), ("two", CalibrationKinds.OptimizerState),
                ("base", CalibrationKinds.Channels),
            ],
            scene.Scene.Statistics.Required);
    }

    private static MergeScene Scene(float[] one, float[] two, float[] informedOne, float[] informedTwo) => WithBase(new float[one.Length], one, two, informedOne, informedTwo);

    private static MergeScene WithBase(float[] start, float[] one, float[] two, float[] curvedOne, float[] curvedTwo)
    {
        var scene = ActivationScene.Of(1, one.Length, start, one, two);
        scene.Statistics
            .With("one", ActivationScene.Tensor, new GivenStatistics(one.Length, curvature: curvedOne))
            .With("two", ActivationScene.Tensor, new GivenStatistics(one.Length, curvature: curvedTwo));
        return scene;
    }

    private static MergeScene Matrices(float[] curved)
    {
        var scene = ActivationScene.Of(2, 3, new float[6], [1, 1, 1, 1, 1, 1], [2, 2, 2, 2, 2, 2]);
        scene.Statistics
            .With("one", ActivationScene.Tensor, new GivenStatistics(3, curvature: curved))
            .With("two", ActivationScene.Tensor, new GivenStatistics(3, curvature: [1, 1, 1, 1, 1, 1]));
        return scene;
    }

    private static string Ota(string parameters, string ofOne = "weight: 1", string ofTwo = "weight: 1") =>
        $"{{merge_method: ota, base_model: base, models: [{{model: one, parameters: {{{ofOne}}}}}, {{model: two, parameters: {{{ofTwo}}}}}], parameters: {parameters}}}";
}
