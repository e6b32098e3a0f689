using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods;

/// <summary>The worked numbers and guards of the method cards A3, A4, A5 and A7.</summary>
public sealed class DirectionExampleTests
{
    [Fact]
    public void Nuslerp_turns_by_the_share_of_the_second_weight()
    {
        using var scene = Two([3, 0], [0, 1]);
        Near.Equal([1.14805, .92388], scene.MergeOne(Models("nuslerp", "{weight: 1}", "{weight: 3}")));
    }

    [Fact]
    public void Nuslerp_of_weights_that_cancel_goes_half_way()
    {
        using var scene = Two([3, 0], [0, 1]);
        Near.Equal([2.12132, .70711], scene.MergeOne(Models("nuslerp", "{weight: 1}", "{weight: -1}")));
    }

    [Fact]
    public void Nuslerp_takes_a_zero_task_vector_for_perpendicular()
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(1, 1)), ("a", TinyModel.OfVector(1, 1)), ("b", TinyModel.OfVector(1, 3)));
        Near.Equal([1, 1 + (2 * Math.Sin(Math.PI / 4))], scene.MergeOne(Models("nuslerp", "{weight: 1}", "{weight: 1}", "base_model: base, ")));
    }

    [Theory]
    [InlineData("{nuslerp_flatten: true}")]
    [InlineData("{nuslerp_flatten: false}")]
    [InlineData("{nuslerp_flatten: false, nuslerp_row_wise: true}")]
    public void Nuslerp_of_parallel_and_of_opposed_vectors_is_linear(string parameters)
    {
        float[] v = [.3f, -1.7f, 2.9f, 1e-3f, 5, -.11f];
        using var parallel = new MergeScene(("a", TinyModel.OfMatrix(2, 3, v)), ("b", TinyModel.OfMatrix(2, 3, [.. v.Select(x => 3 * x)])));
        using var opposed = new MergeScene(("a", TinyModel.OfMatrix(2, 3, v)), ("b", TinyModel.OfMatrix(2, 3, [.. v.Select(x => -x)])));
        var recipe = Models("nuslerp", "{weight: 3}", "{weight: 1}", $"parameters: {parameters}, ");
        Near.Equal([.. v.Select(x => 1.5 * x)], parallel.MergeOne(recipe), 2e-6);
        Near.Equal([.. v.Select(x => .5 * x)], opposed.MergeOne(recipe), 2e-6);
    }

    [Fact]
    public void Nuslerp_refuses_a_base_that_is_one_of_the_two()
    {
        using var scene = Two([3, 0], [0, 1]);
        var refusal = Assert.Throws<RecipeException>(() => scene.Plan(Models("nuslerp", "{weight: 1}", "{weight: 1}", "base_model: a, ")));
        Assert.Contains("exactly 2 models besides base_model, not 1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Multislerp_is_the_mean_direction_at_the_mean_norm()
    {
        using var scene = Two([3, 0], [0, 1]);
        Near.Equal([1.41421, 1.41421], scene.MergeOne(Models("multislerp", "{weight: 0.5}", "{weight: 0.5}")));
    }

    [Fact]
    public void Multislerp_without_normalisation_has_the_sum_of_norms()
    {
        using var scene = Two([3, 0], [0, 1]);
        Near.Equal([2.82843, 2.82843], scene.MergeOne(Models("multislerp", "{weight: 1}", "{weight: 1}", "parameters: {normalize_weights: false}, ")));
    }

    [Fact]
    public void Multislerp_of_one_model_is_that_model()
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(1, 1)), ("a", TinyModel.OfVector(4, -2)));
        Near.Equal([4, -2], scene.MergeOne("{merge_method: multislerp, base_model: base, models: [{model: a, parameters: {weight: 0.3}}]}"));
    }

    [Fact]
    public void Multislerp_of_two_directions_that_cancel_is_linear_and_of_more_an_invalid_candidate()
    {
        using var two = Two([2, 0], [-1, 0]);
        Near.Equal([.5, 0], two.MergeOne(Models("multislerp", "{weight: 1}", "{weight: 1}")));
        using var three = new MergeScene(
            ("a", TinyModel.OfVector(1, 0)), ("b", TinyModel.OfVector(-2, 0)), ("c", TinyModel.OfVector(-3, 0)));
        var failure = Assert.Throws<NonFiniteMergeException>(() => three.MergeOne(
            "{merge_method: multislerp, models: [{model: a, parameters: {weight: 2}}, {model: b, parameters: {weight: 1}}, {model: c, parameters: {weight: 1}}]}"));
        Assert.Contains("no mean direction", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Multislerp_of_unchanged_models_is_the_base()
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(5, 6)), ("a", TinyModel.OfVector(5, 6)), ("b", TinyModel.OfVector(5, 6)), ("c", TinyModel.OfVector(5, 6)));
        Near.Equal([5, 6], scene.MergeOne("{merge_method: multislerp, base_model: base, models: [{model: a}, {model: b}, {model: c}], parameters: {weight: 1}}"));
    }

    [Fact]
    public void Multislerp_refuses_weights_that_sum_to_zero()
    {
        using var scene = Two([3, 0], [0, 1]);
        var failure = Assert.Throws<NonFiniteMergeException>(() => scene.MergeOne(Models("multislerp", "{weight: 1}", "{weight: -1}")));
        Assert.Contains("sum to 0", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Karcher_of_perpendicular_models()
    {
        using var scene = new MergeScene(
            ("a", TinyModel.OfVector(1, 0, 0)), ("b", TinyModel.OfVector(0, 1, 0)), ("c", TinyModel.OfVector(0, 0, 2)));
        Near.Equal([.7698, .7698, .7698], scene.MergeOne("{merge_method: karcher, models: [{model: a}, {model: b}, {model: c}]}"), 5e-5);
    }

    [Fact]
    public void Karcher_counts_the_base_as_a_model()
    {
        using var scene = new MergeScene(
            ("base", TinyModel.OfVector(1, 0, 0)), ("b", TinyModel.OfVector(0, 1, 0)), ("c", TinyModel.OfVector(0, 0, 2)));
        Near.Equal([.7698, .7698, .7698], scene.MergeOne("{merge_method: karcher, base_model: base, models: [{model: b}, {model: c}]}"), 5e-5);
    }

    [Fact]
    public void Karcher_of_two_models_is_the_mean_direction_at_the_mean_norm()
    {
        using var scene = Two([4, 0], [0, 2]);
        var length = 3 / Math.Sqrt(2);
        Near.Equal([length, length], scene.MergeOne("{merge_method: karcher, models: [{model: a}, {model: b}]}"));
    }

    [Fact]
    public void Karcher_leaves_zero_models_out_of_the_direction_and_in_the_length()
    {
        using var scene = new MergeScene(("a", TinyModel.OfVector(4, 0)), ("b", TinyModel.OfVector(0, 0)));
        Near.Equal([2, 0], scene.MergeOne("{merge_method: karcher, models: [{model: a}, {model: b}]}"));
    }

    [Fact]
    public void Karcher_of_opposed_models_is_finite()
    {
        using var scene = Two([1, 0], [-1, 0]);
        Assert.All(scene.MergeOne("{merge_method: karcher, models: [{model: a}, {model: b}]}"), value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData("{}", .82843, .41421)]
    [InlineData("{filter_wise: true}", .82843, .41421)]
    public void Model_stock_of_two_task_vectors_at_45_degrees(string parameters, double left, double right)
    {
        using var scene = OfStock([1, 0], [1, 1]);
        Near.Equal([left, right], scene.MergeOne(Stock(parameters)));
    }

    [Fact]
    public void Model_stock_of_equal_models_is_that_model()
    {
        using var scene = OfStock([1, -3], [1, -3]);
        Near.Equal([1, -3], scene.MergeOne(Stock("{}")));
    }

    [Fact]
    public void Model_stock_of_perpendicular_task_vectors_is_the_base()
    {
        using var scene = OfStock([1, 0], [0, 1]);
        Near.Equal([0, 0], scene.MergeOne(Stock("{}")));
    }

    [Fact]
    public void Model_stock_stops_at_the_base_unless_asked_for_mergekits_number()
    {
        using var scene = OfStock([1, 0], [-1, 1]);
        Near.Equal([0, 0], scene.MergeOne(Stock("{}")));
        Near.Equal([0, -4.82843 / 2], scene.MergeOne(Stock("{mergekit_compat: true}")), 1e-5);
    }

    /// <summary>A norm's task vector is often this small: its models agree as much as large ones that point the same ways.</summary>
    [Fact]
    public void Model_stock_of_small_task_vectors_has_the_share_of_large_ones_unless_asked_for_mergekits_number()
    {
        const float small = 1 / 16384f;
        using var scene = OfStock([small, 0], [small, small]);
        Near.Equal([.82843 * small, .41421 * small], scene.MergeOne(Stock("{}")), 1e-9);
        var cosine = small * small / 1e-6; // in the place of √½
        Near.Equal([2 * cosine / (1 + cosine) * small, cosine / (1 + cosine) * small], scene.MergeOne(Stock("{mergekit_compat: true}")), 1e-9);
    }

    [Fact]
    public void Model_stock_of_filters_has_a_share_for_each_row()
    {
        using var scene = new MergeScene(
            ("base", TinyModel.OfMatrix(2, 2, 0, 0, 0, 0)), ("a", TinyModel.OfMatrix(2, 2, 1, 0, 1, 2)), ("b", TinyModel.OfMatrix(2, 2, 1, 1, 1, 2)));
        Near.Equal([.82843, .41421, 1, 2], scene.MergeOne(Stock("{filter_wise: true}")));
    }

    private static MergeScene Two(float[] a, float[] b) => new(("a", TinyModel.OfVector(a)), ("b", TinyModel.OfVector(b)));

    private static MergeScene OfStock(float[] a, float[] b) =>
        new(("base", TinyModel.OfVector(new float[a.Length])), ("a", TinyModel.OfVector(a)), ("b", TinyModel.OfVector(b)));

    private static string Stock(string parameters) =>
        $"{{merge_method: model_stock, base_model: base, models: [{{model: a}}, {{model: b}}], parameters: {parameters}}}";

    private static string Models(string method, string ofA, string ofB, string more = "") =>
        $"{{merge_method: {method}, {more}models: [{{model: a, parameters: {ofA}}}, {{model: b, parameters: {ofB}}}]}}";
}
