using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods;

/// <summary>The worked numbers and guards of the method cards A6 (breadcrumbs, whole-model TIES), A8, A9, A10 and A11.</summary>
public sealed class SelectionExampleTests
{
    private static readonly float[] A = [1, -2, .1f, 3];
    private static readonly float[] B = [-.5f, -1, .4f, -3];

    [Fact]
    public void Sce_weighs_by_squared_norms() => ExpectOfAAndB("sce", "{}", 1, -1.57371, .22789, 3);

    [Fact]
    public void Sce_selects_where_models_differ_most() => ExpectOfAAndB("sce", "{select_topk: 0.5}", 1, 0, 0, 3);

    [Fact]
    public void Sce_that_selects_nothing_gives_the_base() => ExpectOfAAndB("sce", "{select_topk: 0}", 0, 0, 0, 0);

    [Fact]
    public void Sce_of_one_model_has_no_variance_to_select_by()
    {
        using var scene = OfVectors([0, 0], [1, 2]);
        Near.Equal([0, 0], scene.MergeOne("{merge_method: sce, base_model: base, models: [{model: a}], parameters: {select_topk: 0.5}}"));
        Near.Equal([1, 2], scene.MergeOne("{merge_method: sce, base_model: base, models: [{model: a}]}"));
    }

    [Fact]
    public void Sce_counts_only_elements_with_variance()
    {
        // Two of four elements differ: half of those is one.
        using var scene = OfVectors([0, 0, 0, 0], [1, 1, 2, 3], [1, 1, 1, 1]);
        var merged = scene.MergeOne(Recipe("sce", "{select_topk: 0.5}"));
        Assert.Equal([0, 0, 0], merged[..3]);
        Assert.NotEqual(0, merged[3]);
    }

    [Fact]
    public void Sce_of_small_fine_tunes_keeps_its_weights_unless_asked_for_mergekits_number()
    {
        using var scene = OfVectors([0, 0], [3e-4f, 3e-4f], [1e-4f, 1e-4f]);
        Near.Equal([2.8e-4, 2.8e-4], scene.MergeOne(Recipe("sce", "{}")), 1e-9);
        Near.Equal([2e-4, 2e-4], scene.MergeOne(Recipe("sce", "{mergekit_compat: true}")), 1e-9);
    }

    [Fact]
    public void Nearswap_moves_by_t_at_most()
    {
        using var scene = OfVectors([1, 1, 1], [1.05f, 1.5f, .2f]);
        Near.Equal([1.05, 1.1, .9], scene.MergeOne("{merge_method: nearswap, base_model: base, models: [{model: a}], parameters: {t: 0.1}}"), 2e-7);
    }

    /// <summary>PyTorch divides by the reciprocal; so do we, for the same last digit (numbers of PyTorch 1.13).</summary>
    [Fact]
    public void Nearswap_rounds_as_mergekit_does()
    {
        using var scene = OfVectors([-1.6516654f, -0.14680818f, -0.27121457f, -0.70358324f], [-1.6489376f, -0.14366649f, -0.2701903f, -0.70171565f]);
        Assert.Equal(
            [-1.6506653f, -0.14580819f, -0.2702146f, -0.7025832f],
            scene.MergeOne("{merge_method: nearswap, base_model: base, models: [{model: a}], parameters: {t: 0.001}}"));
    }

    [Fact]
    public void Nearswap_needs_t()
    {
        using var scene = OfVectors([1], [2]);
        Assert.Contains("'t'", Assert.Throws<RecipeException>(() => scene.Plan("{merge_method: nearswap, base_model: base, models: [{model: a}]}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arcee_fusion_of_equal_models_is_the_model()
    {
        using var scene = OfVectors([1, 2, -3], [1, 2, -3]);
        Near.Equal([1, 2, -3], scene.MergeOne("{merge_method: arcee_fusion, base_model: base, models: [{model: a}]}"));
    }

    [Fact]
    public void Arcee_fusion_takes_over_what_lies_above_the_quartiles()
    {
        // One row: scores are the differences times one factor. Sorted 1, 2, 3, 4, 20: quartiles 2, 3, 4; 3 + 1.5·2 = 6 and 3 + 0.4·2 = 3.8.
        using var scene = OfVectors([0, 0, 0, 0, 0], [3, 1, -20, 4, -2]);
        Near.Equal([0, 0, -20, 0, 0], scene.MergeOne("{merge_method: arcee_fusion, base_model: base, models: [{model: a}]}"));
        Near.Equal([0, 0, -20, 4, 0], scene.MergeOne("{merge_method: arcee_fusion, base_model: base, models: [{model: a}], parameters: {kappa: 0.4}}"));
        Near.Equal([3, 0, -20, 4, 0], scene.MergeOne("{merge_method: arcee_fusion, base_model: base, models: [{model: a}], parameters: {kappa: 0}}"));
    }

    [Theory]
    [InlineData("ram", 1, 3, 3, 0)]
    [InlineData("ramplus_tl", 1.02, 3.06, 3, 0)]
    public void Ram_sums_what_single_models_change(string method, double first, double second, double third, double fourth)
    {
        using var scene = OfVectors([0, 0, 0, 0], [1, 0, 2, 0], [0, 3, 4, 0]);
        Near.Equal([first, second, third, fourth], scene.MergeOne(Recipe(method, "{}")));
    }

    [Fact]
    public void Ram_with_epsilon_zero_takes_any_difference_for_a_change()
    {
        using var scene = OfVectors([0, 0], [1e-7f, 0], [0, 4e-6f]);
        Near.Equal([1e-7, 4e-6], scene.MergeOne(Recipe("ram", "{epsilon: 0}")), 1e-12);
        Near.Equal([0, 0], scene.MergeOne(Recipe("ram", "{}")), 1e-12);
    }

    [Fact]
    public void Ram_plus_of_a_model_without_changes_of_its_own_is_finite()
    {
        using var scene = OfVectors([0, 0], [1, 0], [3, 2]);
        Near.Equal([2, 2 * (1 + (.1 * .2))], scene.MergeOne(Recipe("ramplus_tl", "{epsilon: 0}")));
    }

    [Fact]
    public void Breadcrumbs_drops_the_largest_and_the_smallest() => ExpectOfOne("{density: 0.5, gamma: 0.25}", 0, 2, 3, 0);

    [Fact]
    public void Breadcrumbs_drops_fewer_outliers_where_the_density_leaves_fewer() => ExpectOfOne("{density: 0.75, gamma: 0.5}", 1, 2, 3, 0);

    [Fact]
    public void Breadcrumbs_without_outliers_is_a_trim_unless_asked_for_mergekits_empty_slice()
    {
        ExpectOfOne("{density: 0.5, gamma: 0}", 0, 0, 3, 4);
        ExpectOfOne("{density: 0.5, gamma: 0.01, mergekit_compat: true}", 0, 0, 0, 0);
        ExpectOfOne("{density: 0.5, gamma: 0.25, mergekit_compat: true}", 0, 2, 3, 0);
    }

    [Fact]
    public void Breadcrumbs_of_full_density_ignores_gamma() => ExpectOfOne("{density: 1, gamma: 0.25}", 1, 2, 3, 4);

    [Fact]
    public void Breadcrumbs_ties_elects_signs()
    {
        using var scene = OfVectors([0, 0, 0, 0], A, B);
        Near.Equal([1, -3, 0, 0], scene.MergeOne(Recipe("breadcrumbs_ties", "{weight: 1, density: 0.5, gamma: 0.25}")));
    }

    [Fact]
    public void Whole_model_ties_trims_by_one_threshold_and_elects_before_weighting()
    {
        // Half of six elements of a: 5, -6, 3; of b: 4, 2 and, of two ones, that in the earlier tensor, which is the norm.
        using var scene = new MergeScene(
            ("base", TwoTensors([0, 0, 0], [0, 0, 0])),
            ("a", TwoTensors([5, -6, 3], [1, 1, -2])),
            ("b", TwoTensors([1, 4, 2], [.5f, -1, .2f])));
        var merged = scene.Merge(Recipe("ties", "{weight: 1, density: 0.5, trim_scope: model}"));
        Near.Equal([5, -6, 2.5], merged[Names.Up(0)]);
        Near.Equal([0, -1, 0], merged[Names.Norm(0)]);

        var weighted = scene.Merge(
            "{merge_method: ties, base_model: base, parameters: {density: 0.5, trim_scope: model}, models: [{model: a, parameters: {weight: 0.1}}, {model: b, parameters: {weight: 0.9}}]}");
        Near.Equal([5, -6, .1 * 3 + .9 * 2], weighted[Names.Up(0)]); // -6 + 4 still elects minus
    }

    [Fact]
    public void Whole_model_ties_gives_a_tie_the_sign_of_the_majority()
    {
        using var scene = OfVectors([0, 0, 0], [2, -1, -1], [-2, -1, -3]);
        Near.Equal([-2, -1, -2], scene.MergeOne(Recipe("ties", "{weight: 1, trim_scope: model}")));
        Near.Equal([2, -1, -2], scene.MergeOne(Recipe("ties", "{weight: 1, trim_scope: tensor}")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void Whole_model_ties_of_everything_and_of_nothing(double density)
    {
        using var scene = OfVectors([1, 1], [3, 2], [5, 6]);
        Near.Equal(density == 1 ? [4, 4] : [1.0, 1], scene.MergeOne(Recipe("ties", $"{{weight: 1, density: {density}, trim_scope: model}}")));
    }

    [Fact]
    public void Unknown_trim_scopes_are_refused()
    {
        using var scene = OfVectors([1], [2], [3]);
        Assert.Contains("tensor, model", Assert.Throws<RecipeException>(() => scene.Plan(Recipe("ties", "{weight: 1, trim_scope: layer}"))).Message, StringComparison.Ordinal);
    }

    private static TinyModel TwoTensors(float[] matrix, float[] vector) =>
        new TinyModel().With(Names.Up(0), [1, matrix.Length], matrix).With(Names.Norm(0), [vector.Length], vector);

    private static void ExpectOfOne(string parameters, params double[] merged)
    {
        using var scene = OfVectors([0, 0, 0, 0], [1, 2, 3, 4]);
        Near.Equal(merged, scene.MergeOne($"{{merge_method: breadcrumbs, base_model: base, models: [{{model: a, parameters: {{weight: 1}}}}], parameters: {parameters}}}"));
    }

    private static void ExpectOfAAndB(string method, string parameters, params double[] merged)
    {
        using var scene = OfVectors([0, 0, 0, 0], A, B);
        Near.Equal(merged, scene.MergeOne(Recipe(method, parameters)));
    }

    private static MergeScene OfVectors(float[] @base, float[] a) => new(("base", TinyModel.OfVector(@base)), ("a", TinyModel.OfVector(a)));

    private static MergeScene OfVectors(float[] @base, float[] a, float[] b) =>
        new(("base", TinyModel.OfVector(@base)), ("a", TinyModel.OfVector(a)), ("b", TinyModel.OfVector(b)));

    private static string Recipe(string method, string parameters) =>
        $"{{merge_method: {method}, base_model: base, models: [{{model: a}}, {{model: b}}], parameters: {parameters}}}";
}
