using System.Text.Json.Nodes;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Planning;

/// <summary>Layers put together from several models: names, depth, configuration.</summary>
public sealed class SliceTests
{
    private const string Stack = """
        merge_method: passthrough
        slices:
          - sources: [{model: a, layer_range: [0, 2]}]
          - sources: [{model: b, layer_range: [1, 3]}]
          - sources: [{model: b, layer_range: [2, 3]}]
        """;

    [Fact]
    public void Layers_are_numbered_anew_and_the_ends_come_from_the_first_and_last_slice()
    {
        using var scene = new MergeScene(("a", LayeredModel.Of(3, 10)), ("b", LayeredModel.Of(3, 20)));
        var merged = scene.Merge(Stack);
        Assert.Equal([10, 11, 21, 22, 22], Enumerable.Range(0, 5).Select(layer => merged[Names.Up(layer)][0]));
        Assert.Equal(10.5f, merged[Names.Embedding][0]);
        Assert.Equal(20.5f, merged[Names.FinalNorm][0]);
        Assert.Equal(2 + (5 * 3), merged.Count);
        Assert.Equal(5, (int)scene.Plan(Stack).OutputConfig["num_hidden_layers"]!);
    }

    /// <summary>A layer that adds nothing to the residual stream: what its attention and feed-forward put out is scaled to 0, all else is the original's.</summary>
    [Fact]
    public void A_repeated_layer_is_made_to_do_nothing_by_filters()
    {
        const string output = "model.layers.0.self_attn.o_proj.weight", down = "model.layers.0.mlp.down_proj.weight";
        using var scene = new MergeScene(("a", LayeredModel.Of(1, 10).With(output, [2, 2], [1, 2, 3, 4]).With(down, [2, 4], [1, 2, 3, 4, 5, 6, 7, 8])));
        var merged = scene.Merge("""
            merge_method: passthrough
            slices:
              - sources: [{model: a, layer_range: [0, 1]}]
              - sources: [{model: a, layer_range: [0, 1], parameters: {scale: [{filter: o_proj, value: 0}, {filter: down_proj, value: 0}, {value: 1}]}}]
            """);
        foreach (var name in new[] { output, down, Names.Query(0), Names.Up(0), Names.Norm(0) })
        {
            var copy = merged[name.Replace("layers.0", "layers.1", StringComparison.Ordinal)];
            Assert.Equal(merged[name].Select(value => name is output or down ? 0 : value), copy);
        }
    }

    [Fact]
    public void All_layers_in_their_order_are_the_model_itself()
    {
        using var scene = new MergeScene(("a", LayeredModel.Of(3, 10).Set("first_k_dense_replace", 1)));
        var plan = scene.Plan("{merge_method: passthrough, slices: [{sources: [{model: a, layer_range: [0, 3]}]}]}");
        Assert.Equal(3, (int)plan.OutputConfig["num_hidden_layers"]!);
        Assert.Equal(scene.Parents["a"].Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal), plan.Tensors.Select(tensor => tensor.Output.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Empty_slices_say_where_the_ends_come_from()
    {
        using var scene = new MergeScene(("a", LayeredModel.Of(3, 10).Set("first_k_dense_replace", 1)), ("b", LayeredModel.Of(3, 20)), ("c", LayeredModel.Of(3, 30)));
        var merged = scene.Merge("""
            merge_method: passthrough
            base_model: a
            slices:
              - sources: [{model: b, layer_range: [0, 0]}]
              - sources: [{model: a, layer_range: [0, 3]}]
              - sources: [{model: c, layer_range: [3, 3]}]
            """);
        Assert.Equal([20.5f, 10, 11, 12, 30.5f], [merged[Names.Embedding][0], .. Enumerable.Range(0, 3).Select(layer => merged[Names.Up(layer)][0]), merged[Names.FinalNorm][0]]);
    }

    [Fact]
    public void Settings_by_layer_follow_their_layers()
    {
        using var scene = new MergeScene(
            ("a", LayeredModel.Of(3, 10).Set("layer_types", new JsonArray("a0", "a1", "a2")).Set("rope_scaling_factors", new JsonArray(1, 2, 3))),
            ("b", LayeredModel.Of(3, 20).Set("layer_types", new JsonArray("b0", "b1", "b2"))));
        var config = scene.Plan(Stack).OutputConfig;
        Assert.Equal(["a0", "a1", "b1", "b2", "b2"], config["layer_types"]!.AsArray().Select(type => (string?)type));
        Assert.Equal(3, config["rope_scaling_factors"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("first_k_dense_replace")]
    [InlineData("num_kv_shared_layers")]
    public void Settings_by_position_are_refused(string key)
    {
        using var scene = new MergeScene(("a", LayeredModel.Of(3, 10).Set(key, 1)), ("b", LayeredModel.Of(3, 20)));
        Assert.Contains($"'a' has '{key}'", Assert.Throws<RecipeException>(() => scene.Plan(Stack)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Slices_merge_unlike_layers_with_any_method()
    {
        using var scene = new MergeScene(("a", LayeredModel.Of(3, 10)), ("b", LayeredModel.Of(3, 20)));
        var merged = scene.Merge("""
            merge_method: linear
            slices: [{sources: [{model: a, layer_range: [0, 2]}, {model: b, layer_range: [1, 3]}]}]
            parameters: {weight: 1}
            """);
        Assert.Equal([15.5f, 16.5f], Enumerable.Range(0, 2).Select(layer => merged[Names.Query(layer)][0]));
    }
}
