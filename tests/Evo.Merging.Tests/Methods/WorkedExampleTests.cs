using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods;

/// <summary>The worked numbers of the method cards A1, A2 and A6.</summary>
public sealed class WorkedExampleTests
{
    private static readonly float[] Zero = [0, 0, 0, 0];
    private static readonly float[] A = [1, -2, .1f, 3];
    private static readonly float[] B = [-.5f, -1, .4f, -3];

    [Theory]
    [InlineData(1, 1, 2, 4)]
    [InlineData(1, 0, 1, 3)]
    [InlineData(0, 1, 3, 5)]
    public void Linear_averages(double first, double second, double left, double right)
    {
        using var scene = new MergeScene(("a", TinyModel.OfVector(1, 3)), ("b", TinyModel.OfVector(3, 5)));
        Near.Equal([left, right], scene.MergeOne(
            $"{{merge_method: linear, models: [{{model: a, parameters: {{weight: {first}}}}}, {{model: b, parameters: {{weight: {second}}}}}]}}"));
    }

    [Fact]
    public void Linear_without_normalisation_sums()
    {
        using var scene = new MergeScene(("a", TinyModel.OfVector(1, 3)), ("b", TinyModel.OfVector(3, 5)));
        Near.Equal([4, 8], scene.MergeOne(
            "{merge_method: linear, models: [{model: a}, {model: b}], parameters: {weight: 1, normalize: false}}"));
    }

    [Fact]
    public void Linear_takes_an_unlisted_base_only_where_something_gives_it_a_weight()
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(6, 0)), ("a", TinyModel.OfVector(1, 3)), ("b", TinyModel.OfVector(2, 3)));
        const string models = "base_model: base, models: [{model: a, parameters: {weight: 1}}, {model: b, parameters: {weight: 1}}]";
        Near.Equal([1.5, 3], scene.MergeOne($"{{merge_method: linear, {models}}}"));
        Near.Equal([3, 2], scene.MergeOne($"{{merge_method: linear, {models}, parameters: {{weight: 1}}}}"));
    }

    [Fact]
    public void Linear_weights_that_sum_to_zero_are_an_invalid_candidate()
    {
        using var scene = new MergeScene(("a", TinyModel.OfVector(1, 3)), ("b", TinyModel.OfVector(3, 5)));
        var failure = Assert.Throws<NonFiniteMergeException>(() => scene.MergeOne(
            "{merge_method: linear, models: [{model: a, parameters: {weight: 0.5}}, {model: b, parameters: {weight: -0.5}}]}"));
        Assert.Contains("sum to 0", failure.Message, StringComparison.Ordinal);
        Assert.Throws<NonFiniteMergeException>(() => scene.MergeOne("{merge_method: linear, models: [{model: a}, {model: b}], parameters: {weight: 0}}"));
    }

    [Theory]
    [InlineData(0, 3, 0)]
    [InlineData(1, 0, 1)]
    [InlineData(.5, 2.12132, .70711)]
    [InlineData(.25, 2.77164, .38268)]
    public void Slerp_turns_from_base_to_model(double t, double left, double right)
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(3, 0)), ("b", TinyModel.OfVector(0, 1)));
        Near.Equal([left, right], scene.MergeOne($"{{merge_method: slerp, base_model: base, models: [{{model: b}}], parameters: {{t: {t}}}}}"));
    }

    [Fact]
    public void Slerp_of_nearly_parallel_and_of_opposed_vectors_is_linear()
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(1, 0)), ("near", TinyModel.OfVector(3, .0003f)), ("opposed", TinyModel.OfVector(-1, 0)));
        Near.Equal([1.5, .000075], scene.MergeOne("{merge_method: slerp, base_model: base, models: [{model: near}], parameters: {t: 0.25}}"), 1e-7);
        Near.Equal([.5, 0], scene.MergeOne("{merge_method: slerp, base_model: base, models: [{model: opposed}], parameters: {t: 0.25}}"), 1e-7);
    }

    [Fact]
    public void Slerp_leaves_a_zero_vector_as_it_is()
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(0, 0)), ("b", TinyModel.OfVector(0, 2)));
        Near.Equal([0, Math.Sqrt(2)], scene.MergeOne("{merge_method: slerp, base_model: base, models: [{model: b}], parameters: {t: 0.5}}"));
    }

    [Fact]
    public void Ties_of_full_density() => ExpectOfAAndB("ties", "weight: 1", "weight: 1", 1, -1.5, .25, 3);

    [Fact]
    public void Ties_of_half_density() => ExpectOfAAndB("ties", "weight: 1, density: 0.5", "weight: 1, density: 0.5", 0, -1.5, 0, 3);

    [Fact]
    public void Ties_elects_signs_on_weighted_deltas() => ExpectOfAAndB("ties", "weight: 0.7", "weight: 0.3", 1, -1.7, .19, 3);

    [Fact]
    public void Ties_that_keeps_nothing_gives_the_base() => ExpectOfAAndB("ties", "weight: 1, density: 0.2", "weight: 1, density: 0", 0, 0, 0, 0);

    [Fact]
    public void Ties_drops_the_later_of_equal_magnitudes()
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(0, 0, 0, 0)), ("a", TinyModel.OfVector(1, -2, 2, -2)));
        Near.Equal([0, -2, 2, 0], scene.MergeOne("{merge_method: ties, base_model: base, models: [{model: a}], parameters: {weight: 1, density: 0.5}}"));
    }

    [Fact]
    public void Task_arithmetic_of_one_whole_model_is_that_model()
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(.5f, 1, -2, 4)), ("a", TinyModel.OfVector(A)));
        Near.Equal([1, -2, .1, 3], scene.MergeOne("{merge_method: task_arithmetic, base_model: base, models: [{model: a}], parameters: {weight: 1}}"));
    }

    [Fact]
    public void Task_arithmetic_normalises_by_the_sum_of_weights() =>
        ExpectOfAAndB("task_arithmetic", "weight: 2", "weight: 2", [.25, -1.5, .25, 0], "normalize: true");

    [Fact]
    public void Weights_that_cancel_are_not_divided_by() =>
        ExpectOfAAndB("task_arithmetic", "weight: 1", "weight: -1", [1.5, -1, -.3, 6], "normalize: true");

    [Fact]
    public void Ties_guards_a_divisor_that_nearly_cancels_unless_asked_for_mergekits_number()
    {
        // Both deltas are positive at the first element: 1·1 and -0.9999·(-1); the voters' weights sum to 0.0001.
        using var scene = new MergeScene(("base", TinyModel.OfVector(0)), ("a", TinyModel.OfVector(1)), ("b", TinyModel.OfVector(-1)));
        const string models = "{merge_method: ties, base_model: base, models: [{model: a, parameters: {weight: 1}}, {model: b, parameters: {weight: -0.9999}}]";
        Near.Equal([1.9999 / 0.0019999], scene.MergeOne(models + "}"), 0.01);
        Near.Equal([1.9999 / (1 - 0.9999f)], scene.MergeOne(models + ", parameters: {mergekit_compat: true}}"), 20);
    }

    [Fact]
    public void A_single_voter_of_small_weight_is_not_guarded() =>
        ExpectOfAAndB("ties", "weight: 1, density: 0.25", "weight: 0.0001, density: 0.5", [0, -1, 0, 3], "");

    [Fact]
    public void Passthrough_scales_what_its_filters_name()
    {
        using var scene = new MergeScene(("a", new TinyModel().With(Names.Norm(0), [2], [1, 2]).With(Names.Up(0), [1, 2], [3, 4])));
        var merged = scene.Merge("{merge_method: passthrough, models: [{model: a, parameters: {scale: [{filter: up_proj, value: 0.5}]}}]}");
        Assert.Equal([1, 2], merged[Names.Norm(0)]);
        Assert.Equal([1.5f, 2], merged[Names.Up(0)]);
    }

    private static void ExpectOfAAndB(string method, string ofA, string ofB, params double[] merged) => ExpectOfAAndB(method, ofA, ofB, merged, "");

    private static void ExpectOfAAndB(string method, string ofA, string ofB, double[] merged, string global)
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(Zero)), ("a", TinyModel.OfVector(A)), ("b", TinyModel.OfVector(B)));
        Near.Equal(merged, scene.MergeOne(
            $"{{merge_method: {method}, base_model: base, models: [{{model: a, parameters: {{{ofA}}}}}, {{model: b, parameters: {{{ofB}}}}}], parameters: {{{global}}}}}"));
    }
}
