using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Planning;

/// <summary>Models that do not fit together are refused before any work, with what differs and the way out.</summary>
public sealed class CompatibilityTests
{
    private const string Average = "{merge_method: linear, models: [{model: a}, {model: b}], parameters: {weight: 1}}";
    private const string Tokenizer = """{"model": {"vocab": {"x": 0, "y": 1}}, "added_tokens": [{"id": 2, "content": "<s>"}]}""";

    [Fact]
    public void Shapes() => Refuses(
        TinyModel.OfMatrix(3, 2, new float[6]), TinyModel.OfMatrix(2, 3, new float[6]), $"tensor '{Names.Up(0)}' is [3, 2] in 'a' and [2, 3] in 'b'");

    [Fact]
    public void Vocabulary_sizes() => Refuses(
        new TinyModel().With(Names.Embedding, [3, 2], new float[6]).With(Names.Norm(0), [1], [1]),
        new TinyModel().With(Names.Embedding, [4, 2], new float[8]).With(Names.Norm(0), [1], [1]),
        "the vocabulary of 'a' has 3 rows and that of 'b' 4, and 'a' has no tokenizer.json to tell which rows are used");

    [Fact]
    public void Architectures() => Refuses(
        TinyModel.OfVector(1), TinyModel.OfVector(1).Set("model_type", "qwen2"), "'a' is a llama model and 'b' a qwen2 model");

    [Fact]
    public void Heads_of_another_size_in_equal_matrices() => Refuses(
        TinyModel.OfVector(1), TinyModel.OfVector(1).Set("num_attention_heads", 2), "'num_attention_heads' is 1 in 'a' and 2 in 'b'");

    [Fact]
    public void Layer_counts() => Refuses(LayeredModel.Of(2, 0), LayeredModel.Of(3, 0), "'a' has 2 layers and 'b' 3; use 'slices'");

    [Fact]
    public void Missing_tensors() => Refuses(
        new TinyModel().With(Names.Norm(0), [1], [1]).With(Names.Up(0), [1, 1], [1]),
        TinyModel.OfVector(1),
        $"'a' has the tensor '{Names.Up(0)}' [1, 1], 'b' does not");

    [Fact]
    public void Quantised_weights_in_any_of_the_models() => Refuses(
        TinyModel.OfMatrix(1, 2, new float[2]),
        new TinyModel().WithRaw(Names.Up(0), [1, 2], [1, 2], Evo.Checkpoints.Tensors.ElementType.I8),
        $"'{Names.Up(0)}' of 'b' is stored as I8: quantised weights cannot be merged");

    [Fact]
    public void Tensors_that_only_a_later_model_has() => Refuses(
        TinyModel.OfVector(1),
        new TinyModel().With(Names.Norm(0), [1], [1]).With(Names.Up(0), [1, 1], [1]),
        $"'b' has the tensor '{Names.Up(0)}' [1, 1], 'a' does not");

    [Fact]
    public void Tokenizers_that_number_tokens_differently()
    {
        Refuses(WithTokenizer(Tokenizer), WithTokenizer(Tokenizer.Replace("\"y\": 1", "\"z\": 1", StringComparison.Ordinal)), "1 is 'y' in the first and 'z' in the second");
        Refuses(WithTokenizer(Tokenizer), WithTokenizer(Tokenizer.Replace("2", "7", StringComparison.Ordinal)), "'<s>' is 2 in the first and 7 in the second");
    }

    [Fact]
    public void Added_tokens_of_equal_number_and_other_text_are_merged_and_told()
    {
        using var scene = new MergeScene(
            ("a", WithTokenizer(Tokenizer)), ("b", WithTokenizer(Tokenizer.Replace("<s>", "<turn>", StringComparison.Ordinal))));
        Assert.Contains("2 is '<s>' in the first and '<turn>' in the second", Assert.Single(scene.Plan(Average).Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Tokenizers_that_differ_only_in_layout_fit()
    {
        using var scene = new MergeScene(
            ("a", WithTokenizer(Tokenizer)),
            ("b", WithTokenizer("""{"version": "1", "added_tokens": [{"id": 2, "content": "<s>", "lstrip": true}], "model": {"vocab": {"y": 1, "x": 0}}}""")));
        Assert.Single(scene.Plan(Average).Tensors);
    }

    [Fact]
    public void Layers_that_there_are_not()
    {
        using var scene = new MergeScene(("a", LayeredModel.Of(2, 0)));
        Assert.Contains("slice 1 takes layers [1, 3) of 'a', which has 2", Refusal(scene, "{merge_method: passthrough, slices: [{sources: [{model: a, layer_range: [1, 3]}]}]}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{merge_method: ties, models: [{model: a}], parameters: {weight: 1}}", "the method 'ties' needs a 'base_model'")]
    [InlineData("{merge_method: ties, base_model: a, models: [{model: a}], parameters: {weight: 1}}", "takes at least 1 besides base_model, not 0")]
    [InlineData("{merge_method: slerp, base_model: a, models: [{model: b}, {model: c}], parameters: {t: 0.5}}", "'slerp' takes exactly 1 model besides base_model, not 2")]
    [InlineData("{merge_method: passthrough, models: [{model: a}, {model: b}]}", "'passthrough' takes exactly 1 model, not 2; give one source a slice")]
    [InlineData("{merge_method: passthrough, base_model: a, models: [{model: b}]}", "'passthrough' takes exactly 1 model, not 2; give one source a slice")]
    [InlineData("{merge_method: ties, base_model: a, slices: [{sources: [{model: b, layer_range: [0, 1]}]}], parameters: {weight: 1}}", "does not have the base model 'a' among its sources")]
    [InlineData("{merge_method: linear, models: [{model: d, parameters: {weight: 1}}]}", "the model 'd' is not among the opened parents (a, b, c)")]
    public void Models_that_a_method_cannot_take(string recipe, string message)
    {
        using var scene = new MergeScene(("a", TinyModel.OfVector(1)), ("b", TinyModel.OfVector(1)), ("c", TinyModel.OfVector(1)));
        Assert.Contains(message, Refusal(scene, recipe), StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_of_its_own_beside_a_tied_donor_unties_the_result()
    {
        using var scene = new MergeScene(("a", LayeredModel.Of(1, 0, tied: true)), ("b", LayeredModel.Of(1, 10, tied: false)));
        var plan = scene.Plan(Average);
        Assert.False((bool)plan.OutputConfig["tie_word_embeddings"]!);
        Assert.Contains(plan.Notes, note => note.Contains("'b' has a head of its own", StringComparison.Ordinal));
        Assert.All(scene.Merge(Average)[Names.Head], value => Assert.Equal(5.5f, value));
    }

    [Fact]
    public void A_tied_model_lends_its_embedding_as_head_to_an_untied_result()
    {
        using var scene = new MergeScene(("a", LayeredModel.Of(1, 0, tied: false)), ("b", LayeredModel.Of(1, 10, tied: true)));
        Assert.All(scene.Merge(Average)[Names.Head], value => Assert.Equal(5.5f, value));
    }

    [Fact]
    public void A_tied_model_at_the_end_of_an_untied_stack_lends_its_embedding_as_head()
    {
        using var scene = new MergeScene(("a", LayeredModel.Of(1, 0, tied: false)), ("b", LayeredModel.Of(1, 10, tied: true)));
        var merged = scene.Merge(
            "{merge_method: passthrough, slices: [{sources: [{model: a, layer_range: [0, 1]}]}, {sources: [{model: b, layer_range: [0, 1]}]}]}");
        Assert.Equal(0.5f, merged[Names.Embedding][0]);
        Assert.All(merged[Names.Head], value => Assert.Equal(10.5f, value));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    public void A_configuration_of_more_layers_than_the_weights_have(int layers) => Refuses(
        LayeredModel.Of(1, 0).Set("num_hidden_layers", layers), LayeredModel.Of(1, 0), $"'a' has {layers} layers by its config.json, but no tensor of layer 1");

    [Fact]
    public void A_model_without_tensors_to_merge()
    {
        var integers = new TinyModel().WithRaw(Names.Norm(0), [2], [1, 2], Evo.Checkpoints.Tensors.ElementType.U8);
        Refuses(integers, integers, "there is no floating-point tensor to merge");
    }

    [Theory]
    [InlineData("model.layers.0.extra.layers.00.weight")]
    [InlineData("model.layers.00.mlp.up_proj.weight")]
    [InlineData("model.0.layers.0.mlp.up_proj.weight")]
    public void Names_with_several_numbers_keep_their_layer(string name)
    {
        using var scene = new MergeScene(("a", TinyModel.OfVector(1).With(name, [1], [3])));
        Assert.Equal([3], scene.Merge("{merge_method: passthrough, slices: [{sources: [{model: a, layer_range: [0, 1]}]}]}")[name]);
    }

    [Fact]
    public void Integers_are_carried_over_from_the_donor()
    {
        using var scene = new MergeScene(
            ("a", TinyModel.OfVector(1).WithRaw("model.buffer", [2], [1, 2], Evo.Checkpoints.Tensors.ElementType.U8)),
            ("b", TinyModel.OfVector(3).WithRaw("model.buffer", [2], [3, 4], Evo.Checkpoints.Tensors.ElementType.U8)));
        var plan = scene.Plan(Average);
        Assert.Equal(Names.Norm(0), Assert.Single(plan.Tensors).Output.Name);
        Assert.Equal(("model.buffer", "a"), (Assert.Single(plan.Copied).Name, plan.Copied[0].Source.Model));
    }

    [Fact]
    public void A_constant_that_only_one_exporter_stores_follows_the_donor()
    {
        const string buffer = "model.layers.0.self_attn.rotary_emb.inv_freq";
        using var scene = new MergeScene(("a", TinyModel.OfVector(1)), ("b", TinyModel.OfVector(3).With(buffer, [1], [1])));
        Assert.Empty(scene.Plan(Average).Copied);
        Assert.Equal(buffer, Assert.Single(scene.Plan(Average.Replace("[{model: a}, {model: b}]", "[{model: b}, {model: a}]", StringComparison.Ordinal)).Copied).Name);
    }

    private static TinyModel WithTokenizer(string json)
    {
        var model = TinyModel.OfVector(1);
        model.Tokenizer = json;
        return model;
    }

    private static void Refuses(TinyModel a, TinyModel b, string message)
    {
        using var scene = new MergeScene(("a", a), ("b", b));
        Assert.Contains(message, Refusal(scene, Average), StringComparison.Ordinal);
    }

    private static string Refusal(MergeScene scene, string recipe) => Assert.Throws<RecipeException>(() => scene.Plan(recipe)).Message;
}
