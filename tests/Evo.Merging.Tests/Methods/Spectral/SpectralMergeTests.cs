using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Engines;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Spectral;

/// <summary>Spectral methods in whole models: which tensors they act on, any number of workers, disk beside memory, bad input.</summary>
public sealed class SpectralMergeTests
{
    public static TheoryData<string> Methods => SpectralScene.Methods;

    [Theory, MemberData(nameof(Methods))]
    public void Workers_memory_and_disk_give_the_same_bits(string method)
    {
        using var scene = Scene();
        var recipe = Recipe(method);
        var alone = scene.Merge(recipe, workers: 1);
        LargeScene.SameBits(alone, scene.Merge(recipe, workers: 2));
        LargeScene.SameBits(alone, scene.Merge(recipe, workers: 5));
        using var prepared = new CpuMergeEngine(2);
        prepared.Prepare(scene.Plan(recipe));
        scene.Merge(Recipe(method, "weight: 0.3"), prepared);
        LargeScene.SameBits(alone, scene.Merge(recipe, prepared));
        using var forgetful = new CpuMergeEngine(2, preparedMemoryBytes: 0);
        LargeScene.SameBits(alone, scene.Merge(recipe, forgetful));

        var folder = Path.Combine(scene.Folder, "out");
        FolderMerge.Write(scene.Plan(recipe), folder, options: new FolderMergeOptions { Workers = 2 });
        using var model = ModelFolder.Open(folder);
        LargeScene.SameBits(alone, model.Tensors.ToDictionary(tensor => tensor.Name, tensor =>
        {
            var values = new float[tensor.ElementCount];
            model.ReadFloats(tensor.Name, 0, values);
            return values;
        }).OrderBy(pair => alone.Keys.ToList().IndexOf(pair.Key)).ToDictionary());
    }

    [Theory, MemberData(nameof(Methods))]
    public void Prepared_factors_are_counted_and_kept(string method)
    {
        using var scene = Scene();
        using var engine = new CpuMergeEngine(1);
        scene.Merge(Recipe(method), engine);
        var estimate = scene.Plan(Recipe(method)).Estimate.PreparedBytes;
        Assert.InRange((double)engine.PreparedBytes, estimate * .4, (estimate * 1.6) + 20_000);
        var before = engine.PreparedBytes;
        scene.Merge(Recipe(method), engine);
        Assert.Equal(before, engine.PreparedBytes);
    }

    [Theory]
    [InlineData("tsv_m", "embeddings: average", .5f)]
    [InlineData("tsv_m", "embeddings: task_arithmetic", 1f)]
    [InlineData("iso_c", "embeddings: task_arithmetic, lambda: 0.5", .5f)]
    [InlineData("dc_merge", "embeddings: base", 0f)]
    [InlineData("wudi", "", 0f)]
    [InlineData("optmerge", "embeddings: average", .5f)]
    [InlineData("twin", "embeddings: average", .5f)]
    public void Embeddings_follow_their_rule(string method, string parameters, float share)
    {
        using var scene = new MergeScene(("base", LayeredModel.Of(1, 0)), ("m0", Raised(0, .25f)), ("m1", Raised(0, .75f)));
        var merged = scene.Merge($"{{merge_method: {method}, base_model: base, models: [{{model: m0}}, {{model: m1}}], parameters: {{weight: 1, {parameters}}}}}".Replace(", }", "}", StringComparison.Ordinal));
        Near.Equal([.. Enumerable.Repeat(.5 + share, 6)], merged[Names.Embedding]);
    }

    [Theory]
    [InlineData("tsv_m", "", .5)]
    [InlineData("iso_cts", "vectors: task_arithmetic", 1)]
    [InlineData("wudi", "", 0)]
    [InlineData("orthomerge", "residual_scale: 0.5", .25)]
    [InlineData("orthomerge", "residual: ties, residual_density: 1", .5)]
    [InlineData("twin", "shared_scale: 0.3", (.3 * (1 - 2)) + 1)]
    public void Norms_follow_theirs(string method, string parameters, double share)
    {
        using var scene = new MergeScene(("base", LayeredModel.Of(1, 0)), ("m0", Raised(0, .25f)), ("m1", Raised(0, .75f)));
        var merged = scene.Merge($"{{merge_method: {method}, base_model: base, models: [{{model: m0}}, {{model: m1}}], parameters: {{weight: 1, {parameters}}}}}".Replace(", }", "}", StringComparison.Ordinal));
        Near.Equal([share, share], merged[Names.Norm(0)]);
    }

    [Theory, MemberData(nameof(Methods))]
    public void Embeddings_may_be_merged_as_matrices(string method)
    {
        using var scene = Scene();
        var merged = scene.Merge(Recipe(method, "embeddings: as_matrices"))[Names.Embedding];
        Assert.All(merged, value => Assert.True(float.IsFinite(value)));
        if (method is not ("twin" or "orthomerge"))
            Assert.NotEqual(scene.Merge(Recipe(method))[Names.Embedding], merged);
    }

    [Theory, MemberData(nameof(Methods))]
    public void One_row_one_column_and_more_models_than_ranks_are_finite(string method)
    {
        foreach (var (rows, columns) in new[] { (1, 6), (6, 1), (1, 1), (2, 2) })
        {
            using var scene = SpectralScene.Random(rows, columns, 3);
            Assert.All(scene.Merge(method, weights: [1, 1, 1]).Enumerate(), value => Assert.True(double.IsFinite(value)));
        }
    }

    [Theory, MemberData(nameof(Methods))]
    public void A_parent_that_is_not_finite_is_named(string method)
    {
        using var scene = new MergeScene(
            ("base", TinyModel.OfMatrix(2, 2, 1, 2, 3, 4)), ("m0", TinyModel.OfMatrix(2, 2, 1, 2, 3, 5)), ("m1", TinyModel.OfMatrix(2, 2, 1, float.NaN, 3, 4)));
        var failure = Assert.Throws<NonFiniteMergeException>(() => scene.Merge(
            $"{{merge_method: {method}, base_model: base, models: [{{model: m0}}, {{model: m1}}], parameters: {{weight: 1}}}}"));
        Assert.Equal(Names.Up(0), failure.Tensor);
        Assert.Contains("'m1' itself holds NaN or infinite values", failure.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Methods))]
    public void Huge_weights_are_refused_and_not_written(string method)
    {
        using var scene = new MergeScene(
            ("base", TinyModel.OfMatrix(2, 2, 0, 0, 0, 0)), ("m0", TinyModel.OfMatrix(2, 2, 3e38f, -3e38f, 3e38f, 3e38f)), ("m1", TinyModel.OfMatrix(2, 2, 3e38f, 3e38f, 3e38f, -2e38f)));
        try
        {
            Assert.All(
                scene.MergeOne($"{{merge_method: {method}, base_model: base, models: [{{model: m0}}, {{model: m1}}], parameters: {{weight: 1}}}}"),
                value => Assert.True(float.IsFinite(value)));
        }
        catch (NonFiniteMergeException failure)
        {
            Assert.Equal(Names.Up(0), failure.Tensor);
        }
    }

    private static TinyModel Raised(float origin, float by) => new TinyModel()
        .With(Names.Embedding, [3, 2], [.. Enumerable.Repeat(origin + .5f + by, 6)])
        .With(Names.FinalNorm, [2], [origin + by, origin + by])
        .With(Names.Query(0), [2, 2], [by, by, by, by]).With(Names.Up(0), [4, 2], [.. Enumerable.Repeat(by, 8)])
        .With(Names.Norm(0), [2], [by, by]);

    private static MergeScene Scene() => new(("base", Random(1)), ("m0", Random(2)), ("m1", Random(3)));

    private static string Recipe(string method, string parameters = "")
    {
        var all = parameters.Contains("weight", StringComparison.Ordinal) ? parameters : $"weight: 0.7, {parameters}".TrimEnd(' ', ',');
        return $"{{merge_method: {method}, base_model: base, models: [{{model: m0}}, {{model: m1}}], parameters: {{{all}}}}}";
    }

    private static TinyModel Random(int seed)
    {
        var random = new Random(seed);
        return new TinyModel()
            .With(Names.Embedding, [31, 13], Values(31 * 13)).With(Names.Query(0), [13, 13], Values(13 * 13)).With(Names.Up(0), [40, 13], Values(40 * 13))
            .With("model.layers.0.mlp.down_proj.weight", [13, 40], Values(13 * 40)).With(Names.Norm(0), [13], Values(13)).With(Names.FinalNorm, [13], Values(13));

        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - .5))];
    }
}
