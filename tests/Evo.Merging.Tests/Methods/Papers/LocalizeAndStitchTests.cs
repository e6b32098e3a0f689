using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Papers;

/// <summary>Card B12: thresholds over the whole model, ties, overlaps.</summary>
public sealed class LocalizeAndStitchTests
{
    [Theory]
    [InlineData("strict", 5, 0, -6, 0)]
    [InlineData("inclusive", 4.5, 0, -6, 3)]
    [InlineData("exact", 4.5, 0, -6, 3)]
    public void The_worked_example(string ties, double first, double second, double third, double fourth)
    {
        using var scene = new MergeScene(
            ("base", TinyModel.OfVector(new float[4])), ("a", TinyModel.OfVector(5, -1, .2f, 3)), ("b", TinyModel.OfVector(4, 2, -6, .1f)));
        Near.Equal([first, second, third, fourth], scene.MergeOne(Recipe($"density: 0.5, mask_ties: {ties}")));
    }

    [Fact]
    public void The_golden_fixture()
    {
        using var scene = new MergeScene(
            ("base", TinyModel.OfMatrix(3, 2, 1, 0, 0, 1, 1, -1)),
            ("a", TinyModel.OfMatrix(3, 2, 1.3f, -.1f, .05f, 1.2f, 1, -.6f)),
            ("b", TinyModel.OfMatrix(3, 2, .8f, .12f, .25f, 1.08f, 1.1f, -1.3f)));
        Near.Equal([1.05, 0, .25, 1.2, 1, -.95], scene.MergeOne(Recipe("density: 0.5, mask_ties: inclusive")));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 1 / 64f)]
    [InlineData(3, 1 / 16f)]
    public void Regions_of_the_whole_model_agree_with_the_reference(int seed, float step)
    {
        using var models = new SeveralTensors(seed, 3, step);
        Near.Equal(
            PaperReferences.Stitched(models.Vectors, [.3, .05, 1]),
            [.. models.Merge("localize_and_stitch", "", "density: 0.3", "density: 0.05", "density: 1").Select(value => (float)value)], 1e-6);
    }

    [Fact]
    public void By_tensor_every_tensor_has_its_own_threshold()
    {
        using var models = new SeveralTensors(5, 2, 1 / 32f);
        Near.Equal(
            [.. models.Order.SelectMany(name => PaperReferences.Stitched(models.VectorsOf(name), [.3, .3]))],
            [.. models.Merge("localize_and_stitch", "density: 0.3, mask_scope: tensor").Select(value => (float)value)], 1e-6);
    }

    [Fact]
    public void Everything_kept_is_the_mean_of_the_task_vectors()
    {
        using var models = new SeveralTensors(6, 3);
        var vectors = models.Vectors;
        Near.Equal(
            [.. vectors[0].Select((_, e) => vectors.Average(vector => vector[e]))],
            [.. models.Merge("localize_and_stitch", "density: 1, mask_ties: inclusive").Select(value => (float)value)], 1e-6);
    }

    [Theory]
    [InlineData("strict", 0, 0, 0, 0)]
    [InlineData("inclusive", 1, -1, 1, -1)]
    [InlineData("exact", 1, -1, 0, 0)]
    public void Equal_magnitudes(string ties, double first, double second, double third, double fourth)
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(new float[4])), ("a", TinyModel.OfVector(1, -1, 1, -1)), ("b", TinyModel.OfVector(1, -1, 1, -1)));
        Near.Equal([first, second, third, fourth], scene.MergeOne(Recipe($"density: 0.5, mask_ties: {ties}")));
        Near.Equal(ties == "strict" ? new double[4] : [1, -1, 1, -1], scene.MergeOne(Recipe($"density: 1, mask_ties: {ties}")));
    }

    [Theory]
    [InlineData("include_embeddings: false", 0)]
    [InlineData("include_embeddings: true", 2)]
    public void Embeddings_and_head_stay_the_bases_unless_asked_for(string parameter, float expected)
    {
        using var scene = new MergeScene(("base", LayeredModel.Constant(1, 0, tied: false)), ("a", LayeredModel.Constant(1, 2, tied: false)), ("b", LayeredModel.Constant(1, 2, tied: false)));
        var merged = scene.Merge(Recipe($"density: 1, {parameter}"));
        Assert.All(merged[Names.Embedding].Concat(merged[Names.Head]), value => Assert.Equal(expected, value));
        Assert.All(merged[Names.Up(0)].Concat(merged[Names.FinalNorm]), value => Assert.Equal(2, value));
    }

    [Fact]
    public void A_density_that_differs_by_tensor_counts_what_it_keeps_of_each()
    {
        using var scene = new MergeScene(("base", Model(0, 0, 0, 0)), ("a", Model(4, 3, 2, 1)), ("b", Model(4, 3, 2, 1)));
        var merged = scene.Merge(Recipe("density: [{filter: layers.0., value: 1}, {value: 0.5}]")); // 2 of 2 and 1 of 2: the 3 largest of all
        Assert.Equal([4, 3], merged[Names.Norm(0)]);
        Assert.Equal([2, 0], merged[Names.Norm(1)]);

        static TinyModel Model(float a, float b, float c, float d) =>
            new TinyModel().Set("num_hidden_layers", 2).With(Names.Norm(0), [2], [a, b]).With(Names.Norm(1), [2], [c, d]);
    }

    [Fact]
    public void A_parent_with_NaN_is_named_with_its_tensor()
    {
        using var scene = new MergeScene(("base", Model(0)), ("a", Model(1)), ("b", Model(float.NaN)));
        Assert.Equal(Names.Norm(1), Assert.Throws<NonFiniteMergeException>(() => scene.Merge(Recipe("density: 0.5"))).Tensor);

        static TinyModel Model(float last) => new TinyModel().Set("num_hidden_layers", 2).With(Names.Norm(0), [3], [1, 2, 3]).With(Names.Norm(1), [2], [1, last]);
    }

    private static string Recipe(string parameters) =>
        $"{{merge_method: localize_and_stitch, base_model: base, models: [{{model: a}}, {{model: b}}], parameters: {{{parameters}}}}}";
}
