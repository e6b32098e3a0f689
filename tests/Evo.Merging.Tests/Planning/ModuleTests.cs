using Evo.Merging.Planning;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Planning;

/// <summary>The parts of multimodal models: which are merged, from what, with which depth, and which are the base's own.</summary>
public sealed class ModuleTests
{
    private const string Patch = "visual.patch_embed.proj.weight";
    private const string Projector = "visual.merger.mlp.0.weight";

    [Theory]
    [InlineData("model.layers.3.mlp.up_proj.weight", "text_decoder")]
    [InlineData("lm_head.weight", "text_decoder")]
    [InlineData("visual.blocks.3.attn.qkv.weight", "vision_tower")]
    [InlineData("model.visual.patch_embed.proj.bias", "vision_tower")]
    [InlineData("visual.merger.ln_q.weight", "multi_modal_projector")]
    [InlineData("model.visual.deepstack_merger_list.0.norm.weight", "multi_modal_projector")]
    [InlineData("vision_tower.vision_model.encoder.layers.0.mlp.fc1.bias", "vision_tower")]
    [InlineData("multi_modal_projector.patch_merger.merging_layer.weight", "multi_modal_projector")]
    [InlineData("language_model.model.embed_tokens.weight", "text_decoder")]
    [InlineData("audio_tower.layers.0.fc1.weight", "audio_tower")]
    public void Tensor_names_tell_the_part(string tensor, string module) => Assert.Equal(module, ModelModules.Of(tensor, isEncoderDecoder: false));

    [Theory]
    [InlineData("model.encoder.layers.0.fc1.weight", "encoder")]
    [InlineData("decoder.block.0.layer.0.layer_norm.weight", "decoder")]
    [InlineData("shared.weight", "shared")]
    public void Encoder_decoders_have_other_parts(string tensor, string module) => Assert.Equal(module, ModelModules.Of(tensor, isEncoderDecoder: true));

    [Fact]
    public void Models_are_merged_in_all_parts_each_with_its_own_depth()
    {
        using var scene = new MergeScene(("a", Seeing(3, 2, 0)), ("b", Seeing(3, 2, 10)));
        var merged = scene.Merge("{merge_method: linear, models: [{model: a, parameters: {weight: 1}}, {model: b, parameters: {weight: [0, 1]}}], parameters: {normalize: false}}");
        Assert.Equal(0, merged[Block(0)][0]);
        Assert.Equal(1 + 11, merged[Block(1)][0]);
        Assert.Equal(1 + (0.5f * 11), merged[Names.Norm(1)][0]);
        Assert.Equal(2 + 12, merged[Names.Norm(2)][0]);
        Assert.Equal(0.5f, merged[Patch][0]); // outside the layers the first value of a gradient holds
    }

    [Fact]
    public void Listed_modules_are_merged_and_the_others_are_the_bases_own()
    {
        using var scene = new MergeScene(("a", Seeing(1, 2, 0)), ("b", Seeing(1, 2, 10)));
        const string recipe = """
            {merge_method: linear, base_model: a, parameters: {weight: 1},
             modules: {text_decoder: {models: [{model: a}, {model: b}]}, vision_tower: {models: [{model: b}, {model: a, parameters: {weight: 3}}], parameters: {weight: 1}}}}
            """;
        var merged = scene.Merge(recipe);
        Assert.Equal(5, merged[Names.Norm(0)][0]);
        Assert.Equal(3.5f, merged[Block(1)][0]); // (11 + 3 * 1) / 4
        Assert.Equal(0.5f, merged[Projector][0]);
        Assert.Contains(scene.Plan(recipe).Notes, note => note == "the multi_modal_projector is that of 'a', unchanged");
    }

    [Fact]
    public void Slices_of_the_language_model_leave_the_tower_alone()
    {
        using var scene = new MergeScene(("a", Seeing(2, 2, 0)), ("b", Seeing(2, 2, 10)));
        var merged = scene.Merge("{merge_method: passthrough, slices: [{sources: [{model: a, layer_range: [0, 2]}]}, {sources: [{model: b, layer_range: [0, 1], parameters: {scale: 2}}]}]}");
        Assert.Equal(20, merged[Names.Norm(2)][0]);
        Assert.Equal(1, merged[Block(1)][0]);
    }

    [Fact]
    public void Slices_of_a_tower_change_its_number_of_layers()
    {
        using var scene = new MergeScene(("a", Seeing(1, 3, 0)));
        const string recipe = "{merge_method: passthrough, base_model: a, modules: {visual: {slices: [{sources: [{model: a, layer_range: [0, 2]}]}, {sources: [{model: a, layer_range: [1, 3]}]}]}}}";
        Assert.Equal(4, (int)scene.Plan(recipe).OutputConfig["vision_config"]!["depth"]!);
        Assert.Equal([0, 1, 1, 2], Enumerable.Range(0, 4).Select(layer => scene.Merge(recipe)[Block(layer)][0]));
    }

    [Theory]
    [InlineData("model.layers", Names.FinalNorm)]
    [InlineData("default", Names.FinalNorm)]
    [InlineData("visual.blocks", Patch)]
    public void Modules_can_be_named_by_the_beginning_of_their_tensors(string name, string merged)
    {
        using var scene = new MergeScene(("a", Seeing(1, 2, 0)), ("b", Seeing(1, 2, 10)));
        var values = scene.Merge($"{{merge_method: linear, base_model: a, modules: {{{name}: {{models: [{{model: b}}]}}}}, parameters: {{weight: [{{filter: x, value: 0}}, {{value: 1}}]}}}}");
        Assert.True(values[merged][0] > 0.5f);
    }

    [Theory]
    [InlineData("vision_tover: {models: [{model: a}]}", "'a' has no module 'vision_tover'; did you mean 'vision_tower'?")]
    [InlineData("vision_tower: {models: [{model: a}]}, visual: {models: [{model: a}]}", "'visual' is the module 'vision_tower', which is listed already")]
    [InlineData("vision_tower: {slices: [{sources: [{model: a, layer_range: [0, 5]}]}]}", "vision_tower: slice 1 takes layers [0, 5) of 'a', which has 2")]
    [InlineData("vision_tower: {models: [{model: a}, {model: c}]}", "vision_tower: 'a' has 2 layers and 'c' 3")]
    public void Modules_that_there_are_not_are_refused(string modules, string message)
    {
        using var scene = new MergeScene(("a", Seeing(1, 2, 0)), ("c", Seeing(1, 3, 0)));
        var refusal = Assert.Throws<RecipeException>(() => scene.Plan($"{{merge_method: linear, base_model: a, modules: {{{modules}}}, parameters: {{weight: 1}}}}")).Message;
        Assert.StartsWith("recipe.yaml:1:", refusal, StringComparison.Ordinal);
        Assert.Contains(message, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tower_that_only_the_base_has_is_copied()
    {
        using var scene = new MergeScene(("a", Seeing(1, 2, 0)), ("b", LayeredModel.Of(1, 10)), ("c", LayeredModel.Of(1, 20)));
        const string recipe = "{merge_method: task_arithmetic, base_model: a, models: [{model: b}, {model: c}], parameters: {weight: 0.5}}";
        var merged = scene.Merge(recipe);
        Assert.Equal(15, merged[Names.Norm(0)][0]);
        Assert.Equal(1, merged[Block(1)][0]);
        Assert.Contains(scene.Plan(recipe).Notes, note => note == "the vision_tower is that of 'a', unchanged ('b' has none)");
    }

    [Fact]
    public void A_tower_that_the_base_lacks_is_refused()
    {
        using var scene = new MergeScene(("a", LayeredModel.Of(1, 0)), ("b", Seeing(1, 2, 10)));
        var refusal = Assert.Throws<RecipeException>(() => scene.Plan("{merge_method: linear, models: [{model: a}, {model: b}], parameters: {weight: 1}}")).Message;
        Assert.Contains("'b' has a multi_modal_projector, 'a' has none", refusal, StringComparison.Ordinal);
        Assert.Contains("make 'b' the base_model", refusal, StringComparison.Ordinal);
    }

    private static string Block(int layer) => $"visual.blocks.{layer}.attn.proj.weight";

    /// <summary>A language model with a tower of its own: element values are origin + layer, 0.5 more than the origin outside the layers.</summary>
    private static TinyModel Seeing(int layers, int blocks, float origin)
    {
        var model = LayeredModel.Of(layers, origin)
            .With(Patch, [2], [origin + .5f, origin + .5f])
            .With(Projector, [2], [origin + .5f, origin + .5f]);
        model.Config["vision_config"] = new System.Text.Json.Nodes.JsonObject { ["depth"] = blocks };
        for (var block = 0; block < blocks; block++)
            model.With(Block(block), [2, 2], [.. Enumerable.Repeat(origin + block, 4)]);
        return model;
    }
}
