using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods;

/// <summary>The golden fixture of the method cards: W0 and two fine-tunes of it; rows marked mergekit came from executing mergekit itself.</summary>
public sealed class GoldenFixtureTests : IDisposable
{
    private static readonly float[] W0 = [1, 0, 0, 1, 1, -1];
    private static readonly float[] A = [1.3f, -.1f, .05f, 1.2f, 1, -.6f];
    private static readonly float[] B = [.8f, .12f, .25f, 1.08f, 1.1f, -1.3f];

    private readonly MergeScene _scene = new(
        ("w0", TinyModel.OfMatrix(3, 2, W0)), ("a", TinyModel.OfMatrix(3, 2, A)), ("b", TinyModel.OfMatrix(3, 2, B)));

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void Linear_1_3() => Expect(
        "{merge_method: linear, models: [{model: a, parameters: {weight: 1}}, {model: b, parameters: {weight: 3}}]}",
        .925, .065, .2, 1.11, 1.075, -1.125);

    [Fact]
    public void Slerp_as_mergekit_ran_it() => Expect(
        "{merge_method: slerp, base_model: a, models: [{model: a}, {model: b}], parameters: {t: 0.3}}",
        1.17152, -.03409, .11272, 1.18681, 1.05073, -.82796);

    [Fact]
    public void Task_arithmetic_half_each() => Expect(
        Recipe("task_arithmetic", "{weight: 0.5}", "{weight: 0.5}"),
        1.05, .01, .15, 1.14, 1.05, -.95);

    [Fact]
    public void Ties_trimmed_to_half_as_mergekit_ran_it() => Expect(
        Recipe("ties", "{weight: 1, density: 0.5}", "{weight: 1, density: 0.5}"),
        1.3, 0, .25, 1.2, 1, -.6);

    [Fact]
    public void Ties_weighted_with_lambda_as_mergekit_ran_it() => Expect(
        Recipe("ties", "{weight: 1}", "{weight: 0.5}", "{lambda: 0.8}"),
        1.24, -.08, .09333, 1.128, 1.08, -.68);

    [Fact]
    public void Ties_rescaled_as_mergekit_ran_it() => Expect(
        Recipe("ties", "{weight: 1, density: 0.5}", "{weight: 1, density: 0.5}", "{rescale: true}"),
        1.35, 0, .35, 1.23333, 1, -.53333);

    [Fact]
    public void Dare_of_full_density_is_task_arithmetic() => Expect(
        Recipe("dare_linear", "{weight: 0.5}", "{weight: 0.5}"),
        1.05, .01, .15, 1.14, 1.05, -.95);

    [Fact]
    public void Dare_ties_of_full_density_is_the_unnormalised_election() => Expect(
        Recipe("dare_ties", "{weight: 1}", "{weight: 1}"),
        1.3, .12, .3, 1.28, 1.1, -.6);

    [Fact]
    public void Nuslerp_of_whole_tensors_as_mergekit_ran_it() => Expect(
        "{merge_method: nuslerp, models: [{model: a, parameters: {weight: 1}}, {model: b, parameters: {weight: 3}}]}",
        .94289, .0655, .20295, 1.13004, 1.09377, -1.14287);

    [Fact]
    public void Nuslerp_of_rows_as_mergekit_ran_it() => Expect(
        "{merge_method: nuslerp, models: [{model: a, parameters: {weight: 1}}, {model: b, parameters: {weight: 3}}], parameters: {nuslerp_flatten: false}}",
        .92984, .06514, .20054, 1.11367, 1.0858, -1.13528);

    [Fact]
    public void Nuslerp_of_columns_as_mergekit_ran_it() => Expect(
        "{merge_method: nuslerp, models: [{model: a, parameters: {weight: 1}}, {model: b, parameters: {weight: 3}}], "
        + "parameters: {nuslerp_flatten: false, nuslerp_row_wise: true}}",
        .93491, .06552, .20164, 1.13075, 1.0854, -1.1435);

    [Fact]
    public void Nuslerp_of_task_vectors_as_mergekit_ran_it() => Expect(
        Recipe("nuslerp", "{weight: 1}", "{weight: 3}"),
        .9504, .08467, .35371, 1.23948, 1.12776, -1.10872);

    [Fact]
    public void Multislerp_as_mergekit_ran_it() => Expect(
        "{merge_method: multislerp, models: [{model: a, parameters: {weight: 1}}, {model: b, parameters: {weight: 3}}]}",
        .94435, .06488, .20239, 1.13042, 1.09352, -1.14092);

    [Fact]
    public void Multislerp_of_task_vectors_as_mergekit_ran_it() => Expect(
        Recipe("multislerp", "{weight: 1}", "{weight: 1}"),
        1.07255, .04281, .36801, 1.31635, 1.12562, -.94514);

    [Fact]
    public void Karcher_as_mergekit_ran_it() => Expect(
        "{merge_method: karcher, models: [{model: a}, {model: b}]}",
        1.07897, .00854, .15204, 1.16818, 1.07433, -.96729);

    [Fact]
    public void Breadcrumbs_as_mergekit_ran_it() => Expect(
        Recipe("breadcrumbs", "{weight: 1, density: 0.5, gamma: 0.2}", "{weight: 1, density: 0.5, gamma: 0.2}"),
        1.1, .02, .25, 1.2, 1, -1);

    [Fact]
    public void Sce_of_all_elements_as_mergekit_ran_it() => Expect(
        Recipe("sce", "{}", "{}"), 1.3, .12, .13494, 1.14904, 1.1, -.6);

    [Fact]
    public void Sce_of_half_the_elements_as_mergekit_ran_it() => Expect(
        Recipe("sce", "{}", "{}", "{select_topk: 0.5}"), 1.3, .12, 0, 1, 1, -.6);

    [Fact]
    public void Nearswap_as_mergekit_ran_it() => Expect(
        "{merge_method: nearswap, base_model: w0, models: [{model: a}], parameters: {t: 0.15}}",
        1.15, -.1, .05, 1.15, 1, -.85);

    [Fact]
    public void Arcee_fusion() => Expect(
        "{merge_method: arcee_fusion, base_model: w0, models: [{model: a}]}",
        1.3, 0, 0, 1, 1, -.6);

    [Fact]
    public void Ram_as_mergekit_ran_it() => Expect(
        Recipe("ram", "{}", "{}", "{epsilon: 0.09}"), 1.05, .01, .25, 1.2, 1.1, -.95);

    [Fact]
    public void Ram_plus_as_mergekit_ran_it() => Expect(
        Recipe("ramplus_tl", "{}", "{}", "{epsilon: 0.09}"), 1.05, .01, .255, 1.204, 1.102, -.95);

    [Fact]
    public void Model_stock_of_opposed_task_vectors_is_the_base() => Expect(Recipe("model_stock", "{}", "{}"), 1, 0, 0, 1, 1, -1);

    [Fact]
    public void Model_stock_beyond_the_base_as_mergekit_does_it() => Expect(
        Recipe("model_stock", "{}", "{}", "{mergekit_compat: true}"),
        .8304, -.03392, -.50881, .52511, .8304, -1.1696);

    [Fact]
    public void Passthrough_copies() => Expect("{merge_method: passthrough, models: [{model: a}]}", 1.3, -.1, .05, 1.2, 1, -.6);

    private void Expect(string recipe, params double[] merged) => Near.Equal(merged, _scene.MergeOne(recipe));

    private static string Recipe(string method, string parametersOfA, string parametersOfB, string global = "{}") =>
        $"{{merge_method: {method}, base_model: w0, models: [{{model: a, parameters: {parametersOfA}}}, {{model: b, parameters: {parametersOfB}}}], parameters: {global}}}";
}
