using Evo.Merging.Engines;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Engines;

/// <summary>Options that change how a tensor is walked: the same bits for any number of workers, in memory and on disk, and NaN in a parent is never lost.</summary>
public sealed class VariantTests(VariantTests.Large large) : IClassFixture<VariantTests.Large>
{
    public static TheoryData<string> Variants =>
    [
        "{merge_method: nuslerp, models: [{model: one}, {model: two}], parameters: {weight: 1, nuslerp_flatten: false}}",
        "{merge_method: nuslerp, base_model: base, models: [{model: one}, {model: two}], parameters: {weight: 1, nuslerp_flatten: false, nuslerp_row_wise: true}}",
        "{merge_method: multislerp, base_model: base, models: [{model: one}, {model: two}], parameters: {weight: 1}}",
        "{merge_method: karcher, base_model: base, models: [{model: one}, {model: two}]}",
        "{merge_method: model_stock, base_model: base, models: [{model: one}, {model: two}], parameters: {filter_wise: true}}",
        "{merge_method: sce, base_model: base, models: [{model: one}, {model: two}], parameters: {select_topk: 0.2}}",
        "{merge_method: ties, base_model: base, models: [{model: one}, {model: two}], parameters: {weight: 1, density: 0.3, trim_scope: model}}",
        "{merge_method: ties, base_model: base, models: [{model: one}, {model: two}], parameters: {weight: 1, density: 0.3, trim_scope: model, rescale: true}}",
        "{merge_method: breadcrumbs_ties, base_model: base, models: [{model: one}, {model: two}], parameters: {weight: 1, density: 0.3, gamma: 0.05, rescale: true}}",
        "{merge_method: della_linear, base_model: base, models: [{model: one}, {model: two}], parameters: {weight: 1, density: 0.3, epsilon: 0.2}}",
        "{merge_method: arcee_fusion, base_model: base, models: [{model: one}], parameters: {kappa: 0.2}}",
        "{merge_method: ramplus_tl, base_model: base, models: [{model: one}, {model: two}], parameters: {epsilon: 0.3}}",
        "{merge_method: nearswap, base_model: base, models: [{model: one}], parameters: {t: 0.3}}",
        "{merge_method: ties, base_model: base, models: [{model: one}, {model: two}], parameters: {weight: 0.6, density: 0.3, rescale: true, mergekit_compat: true}}",
        "{merge_method: linear, models: [{model: one}, {model: two}], parameters: {weight: 0.6, mergekit_compat: true}}",
        "{merge_method: pcb, base_model: base, models: [{model: one}, {model: two}], parameters: {pcb_form: released, pcb_scope: tensor}}",
        "{merge_method: localize_and_stitch, base_model: base, models: [{model: one}, {model: two}], parameters: {mask_ties: inclusive, mask_scope: tensor}}",
    ];

    [Theory, MemberData(nameof(Variants))]
    public void Any_number_of_workers_gives_the_same_bits_in_memory_and_on_disk(string recipe)
    {
        var scene = large.Scene;
        var alone = scene.Merge(recipe, workers: 1);
        foreach (var workers in new[] { 2, 5 })
            LargeScene.SameBits(alone, scene.Merge(recipe, workers));
        var name = Path.GetRandomFileName();
        FolderMerge.Write(scene.Plan(recipe), Path.Combine(scene.Folder, name), options: new FolderMergeOptions { Workers = 2 });
        using var written = Evo.Merging.Planning.ParentModels.Open([name], scene.Folder);
        foreach (var (tensor, values) in alone)
        {
            var read = new float[values.Length];
            written[name].ReadFloats(tensor, 0, read);
            Assert.Equal(values, read);
        }
    }

    [Theory, MemberData(nameof(Variants))]
    public void NaN_in_a_parent_gives_an_invalid_candidate_that_names_the_tensor(string recipe)
    {
        var values = Enumerable.Range(0, 40).Select(i => i / 8f).ToArray();
        var spoilt = (float[])values.Clone();
        spoilt[7] = float.NaN;
        using var scene = new MergeScene(("base", Model(new float[40])), ("one", Model(spoilt)), ("two", Model(values)));
        Assert.Equal(Names.Up(0), Assert.Throws<NonFiniteMergeException>(() => scene.Merge(recipe)).Tensor);

        static TinyModel Model(float[] matrix) =>
            new TinyModel().With(Names.Norm(0), [3], [1, 2, 3]).With(Names.Up(0), [4, 10], matrix);
    }

    /// <summary>The models, made once.</summary>
    public sealed class Large : IDisposable
    {
        internal MergeScene Scene { get; } = LargeScene.Create();

        public void Dispose() => Scene.Dispose();
    }
}
