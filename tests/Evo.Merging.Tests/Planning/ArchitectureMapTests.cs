using Evo.Merging.Planning;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Planning;

/// <summary>Card C1, architecture mapper: parents whose layers differ in number or width.</summary>
public sealed class ArchitectureMapTests
{
    private const string Half = "{mri_trust: 0, darwin_kernel: linear, transplant: off}";

    [Theory]
    [InlineData(0, 0), InlineData(1, 2), InlineData(2, 3), InlineData(3, 5)]
    public void Layers_are_aligned_in_depth(int ours, int theirs) => Assert.Equal(theirs, ArchitectureMap.Aligned(ours, 4, 6));

    [Fact]
    public void A_single_layer_stands_for_the_first() => Assert.Equal(0, ArchitectureMap.Aligned(0, 1, 9));

    [Fact]
    public void Parents_with_other_numbers_of_layers_are_merged_layer_by_aligned_layer()
    {
        using var scene = Scene(Model(2, value: 1), Model(3, value: 3, perLayer: 1));
        var merged = scene.Merge(Recipe);
        Assert.All(merged[Names.Up(0)], value => Assert.Equal(2f, value)); // (1 + 3) / 2
        Assert.All(merged[Names.Up(1)], value => Assert.Equal(3f, value)); // layer 2 of B: (1 + 5) / 2
        Assert.Equal(2, scene.Plan(Recipe).OutputConfig["num_hidden_layers"]!.GetValue<int>());
    }

    [Fact]
    public void Tensors_of_another_width_stay_those_of_the_first_parent()
    {
        using var scene = Scene(Model(2, value: 1), Model(2, value: 3, upRows: 5));
        var merged = scene.Merge(Recipe);
        Assert.All(merged[Names.Up(0)], value => Assert.Equal(1f, value));
        Assert.All(merged[Names.Query(0)], value => Assert.Equal(2f, value));
        Assert.Contains(scene.Plan(Recipe).Notes, note => note.Contains("another architecture", StringComparison.Ordinal));
    }

    [Fact]
    public void Embeddings_of_other_tokenizers_are_not_mixed()
    {
        var (first, second) = (Model(2, value: 1), Model(2, value: 3, upRows: 5));
        first.Tokenizer = """{"model": {"vocab": {"a": 0, "b": 1, "c": 2}}}""";
        second.Tokenizer = """{"model": {"vocab": {"b": 0, "a": 1, "c": 2}}}""";
        using var scene = Scene(first, second);
        Assert.All(scene.Merge(Recipe)[Names.Embedding], value => Assert.Equal(1f, value));
    }

    [Fact]
    public void With_a_base_of_its_own_the_first_parent_keeps_what_has_no_partner()
    {
        using var scene = new MergeScene(("base", Model(2, value: 0)), ("a", Model(2, value: 1)), ("b", Model(2, value: 3, upRows: 5)));
        var merged = scene.Merge($"{{merge_method: darwin, base_model: base, models: [{{model: a}}, {{model: b}}], parameters: {Half}}}");
        Assert.All(merged[Names.Up(1)], value => Assert.Equal(1f, value));
        Assert.All(merged[Names.Query(1)], value => Assert.Equal(2f, value));
    }

    [Fact]
    public void Parents_of_another_model_type_are_mapped_too()
    {
        using var scene = Scene(Model(2, value: 1), Model(2, value: 3).Set("model_type", "mistral"));
        Assert.All(scene.Merge(Recipe)[Names.Query(0)], value => Assert.Equal(2f, value));
    }

    [Fact]
    public void Compatibility_weighs_type_dimension_and_parameters()
    {
        var up = IndexedTensor.Of(new(Names.Up(0), Evo.Checkpoints.Tensors.ElementType.F32, [4, 2]));
        var wider = IndexedTensor.Of(new(Names.Up(0), Evo.Checkpoints.Tensors.ElementType.F32, [8, 2]));
        var query = IndexedTensor.Of(new(Names.Query(0), Evo.Checkpoints.Tensors.ElementType.F32, [4, 2]));
        Assert.Equal(1, ArchitectureMap.Score(up, up), 12);
        Assert.Equal(0.6, ArchitectureMap.Score(up, wider), 12); // another width: no dimension, half the parameters
        Assert.Equal(0.5, ArchitectureMap.Score(up, query), 12); // another type
    }

    private static string Recipe => $"{{merge_method: darwin, base_model: a, models: [{{model: b}}], parameters: {Half}}}";

    private static MergeScene Scene(TinyModel first, TinyModel second) => new(("a", first), ("b", second));

    /// <summary>Every value of layer ℓ is value + perLayer · ℓ.</summary>
    private static TinyModel Model(int layers, float value, float perLayer = 0, int upRows = 4)
    {
        var model = new TinyModel().Set("num_hidden_layers", layers).Set("intermediate_size", upRows);
        model.With(Names.Embedding, [3, 2], Filled(6, value));
        for (var layer = 0; layer < layers; layer++)
            model.With(Names.Up(layer), [upRows, 2], Filled(2 * upRows, value + (perLayer * layer))).With(Names.Query(layer), [2, 2], Filled(4, value + (perLayer * layer)));
        return model;

        static float[] Filled(int count, float with) => [.. Enumerable.Repeat(with, count)];
    }
}
