using Evo.Merging.Planning;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Planning;

/// <summary>Which value a parameter has for which tensor: mergekit's depth, filters and precedence, seen in plans.</summary>
public sealed class ParameterResolutionTests : IDisposable
{
    private readonly MergeScene _scene = new(
        ("base", LayeredModel.Of(5, 0)), ("a", LayeredModel.Of(5, 10)), ("b", LayeredModel.Of(5, 20)));

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_gradient_runs_over_the_layers_and_is_at_its_start_outside_them()
    {
        var plan = _scene.Plan("{merge_method: task_arithmetic, base_model: base, models: [{model: a, parameters: {weight: [0.25, 1, 0.5]}}]}");
        Assert.Equal([.25, .625, 1, .75, .5], Enumerable.Range(0, 5).Select(layer => Weight(plan, Names.Up(layer))));
        Assert.Equal([.25, .25], new[] { Names.Embedding, Names.FinalNorm }.Select(name => Weight(plan, name)));
    }

    [Fact]
    public void The_fixture_of_filters()
    {
        var plan = _scene.Plan("""
            merge_method: slerp
            base_model: base
            models: [{model: a}]
            parameters:
              t:
                - {filter: self_attn, value: 0.2}
                - {filter: mlp, value: [0, 1]}
                - {value: 0.5}
            """);
        Assert.Equal(.2, Tensor(plan, Names.Query(2)).Parameters["t"]);
        Assert.Equal(.5, Tensor(plan, Names.Up(2)).Parameters["t"]);
        Assert.Equal(.5, Tensor(plan, Names.FinalNorm).Parameters["t"]);
        Assert.Equal(1, Tensor(plan, Names.Up(4)).Parameters["t"]);
    }

    [Fact]
    public void A_one_layer_slice_is_at_the_end_of_the_gradient()
    {
        var plan = _scene.Plan("""
            merge_method: linear
            slices:
              - sources: [{model: a, layer_range: [0, 4], parameters: {weight: [0.1, 0.9]}}]
              - sources: [{model: a, layer_range: [4, 5], parameters: {weight: [0.1, 0.9]}}]
            """);
        Assert.Equal([.1, .9, .9], new[] { 0, 3, 4 }.Select(layer => Weight(plan, Names.Up(layer))));
    }

    [Fact]
    public void The_source_comes_before_the_slice_before_the_recipe_before_the_default()
    {
        var plan = _scene.Plan("""
            merge_method: ties
            base_model: base
            slices:
              - sources:
                  - {model: base, layer_range: [0, 5]}
                  - model: a
                    layer_range: [0, 5]
                    parameters: {weight: [{filter: mlp, value: 0.1}]}
                  - {model: b, layer_range: [0, 5]}
                parameters: {weight: [{filter: self_attn, value: 0.2}], lambda: 0.5}
            parameters: {weight: 0.3, lambda: 0.7, density: 0.6}
            """);
        Assert.Equal([.1, .2, .3], new[] { Names.Up(1), Names.Query(1), Names.Norm(1) }.Select(name => Weight(plan, name)));
        Assert.Equal([.3, .2, .3], new[] { Names.Up(1), Names.Query(1), Names.Norm(1) }.Select(name => Weight(plan, name, model: 1)));
        Assert.Equal(.5, Tensor(plan, Names.Up(1)).Parameters["lambda"]);
        Assert.Equal(.6, Tensor(plan, Names.Up(1)).Parameters.Of(0, "density"));
        Assert.True(Tensor(plan, Names.Up(1)).Parameters.IsOn("normalize"));
    }

    [Fact]
    public void A_filter_of_a_model_sees_the_models_own_layer_and_a_global_one_the_output_layer()
    {
        var plan = _scene.Plan("""
            merge_method: passthrough
            slices:
              - sources: [{model: a, layer_range: [3, 4], parameters: {scale: [{filter: layers.3, value: 3}, {value: 9}]}}]
            """);
        Assert.Equal(3, Tensor(plan, Names.Up(0)).Parameters.Of(0, "scale"));
    }

    [Fact]
    public void A_missing_parameter_names_tensor_and_model() => Refuses(
        "{merge_method: linear, models: [{model: a, parameters: {weight: [{filter: mlp, value: 1}]}}]}",
        $"needs the parameter 'weight', and nothing gives it for tensor '{Names.Embedding}' of 'a'");

    [Theory]
    [InlineData("{density: 1.5, weight: 1}", "'density' is 1.5")]
    [InlineData("{density: -0.5, weight: 1}", "'density' is -0.5")]
    [InlineData("{weight: 1.0e+9}", "'weight' is 1000000000.0")]
    public void A_value_outside_the_range_is_refused(string parameters, string message) =>
        Refuses($"{{merge_method: ties, base_model: base, models: [{{model: a, parameters: {parameters}}}]}}", message);

    [Fact]
    public void The_base_needs_no_weight() =>
        Assert.Single(_scene.Plan("{merge_method: ties, base_model: base, models: [{model: base}, {model: a, parameters: {weight: 1}}]}").Tensors[0].Models);

    private void Refuses(string recipe, string message) =>
        Assert.Contains(message, Assert.Throws<RecipeException>(() => _scene.Plan(recipe)).Message, StringComparison.Ordinal);

    private static PlannedTensor Tensor(MergePlan plan, string name) => plan.Tensors.Single(tensor => tensor.Output.Name == name);

    private static double Weight(MergePlan plan, string name, int model = 0) => Math.Round(Tensor(plan, name).Parameters.Of(model, "weight"), 12);
}
