using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Planning;

/// <summary>Tensors that not all models have: merged from those that have them where models can do without, refused where they cannot.</summary>
public sealed class MissingTensorTests
{
    private const string Bias = "model.layers.0.self_attn.q_proj.bias";

    [Fact]
    public void A_bias_is_averaged_over_the_models_that_have_it()
    {
        using var scene = new MergeScene(("a", WithBias(1)), ("b", WithBias(3)), ("c", LayeredModel.Of(1, 0)));
        const string recipe = "{merge_method: linear, models: [{model: a}, {model: b}, {model: c}], parameters: {weight: 1}}";
        Assert.Equal([2, 2], scene.Merge(recipe)[Bias]);
        Assert.Contains("'c' has no 'q' tensors as 'model.layers.{layer}.self_attn.q_proj.bias': merged from the models that have it", scene.Plan(recipe).Notes);
    }

    [Fact]
    public void Methods_with_a_base_skip_the_models_that_lack_it()
    {
        using var scene = new MergeScene(("a", WithBias(1)), ("b", WithBias(3)), ("c", LayeredModel.Of(1, 0)));
        Assert.Equal([5, 5], scene.Merge("{merge_method: task_arithmetic, base_model: a, models: [{model: b}, {model: c}], parameters: {weight: 2}}")[Bias]);
    }

    [Fact]
    public void Too_few_models_for_the_method_leave_the_donors_own()
    {
        using var scene = new MergeScene(("a", WithBias(1)), ("c", LayeredModel.Of(1, 0)));
        Assert.Equal([1, 1], scene.Merge("{merge_method: slerp, base_model: a, models: [{model: c}], parameters: {t: 1}}")[Bias]);
        Assert.Equal([1, 1], scene.Merge("{merge_method: ties, base_model: a, models: [{model: c}], parameters: {weight: 1, density: 0.5}}")[Bias]);
    }

    [Fact]
    public void What_the_donors_configuration_has_no_place_for_is_refused()
    {
        using var scene = new MergeScene(("a", WithBias(1)), ("c", LayeredModel.Of(1, 0)));
        var refusal = Assert.Throws<RecipeException>(() => scene.Plan("{merge_method: linear, models: [{model: c}, {model: a}], parameters: {weight: 1}}")).Message;
        Assert.Contains($"'a' has the tensor '{Bias}' [2], 'c' does not, and 'c' gives the result its configuration", refusal, StringComparison.Ordinal);
        Assert.Contains("make 'a' the base_model", refusal, StringComparison.Ordinal);
    }

    /// <summary>Task 1 would else be the first of the models that have the tensor, which is another one's.</summary>
    [Theory]
    [InlineData("emr", "task: 1")]
    [InlineData("consensus", "task: 2")]
    [InlineData("mergevla", "task: 1")]
    [InlineData("mergevla", "write_masks: true")]
    public void Tasks_are_not_told_by_models_of_which_one_lacks_a_tensor(string method, string parameters)
    {
        using var scene = new MergeScene(("a", WithBias(1)), ("b", LayeredModel.Of(1, 0)), ("c", WithBias(3)));
        string Recipe(string more) => $"{{merge_method: {method}, base_model: a, models: [{{model: b}}, {{model: c}}], parameters: {{{more}}}}}";
        scene.Plan(Recipe(""));
        var refusal = Assert.Throws<RecipeException>(() => scene.Plan(Recipe(parameters))).Message;
        Assert.Contains($"'b' has no tensor '{Bias}'", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_for_predicting_further_tokens_are_carried_along()
    {
        using var scene = new MergeScene(("a", LayeredModel.Of(2, 0).Set("num_hidden_layers", 1).Set("num_nextn_predict_layers", 1)));
        var plan = scene.Plan("{merge_method: passthrough, models: [{model: a}]}");
        Assert.Contains(plan.Tensors, tensor => tensor.Output.Name == Names.Norm(1));
        Assert.Equal(1, (int)plan.OutputConfig["num_hidden_layers"]!);
    }

    private static TinyModel WithBias(float value) => LayeredModel.Of(1, 0).With(Bias, [2], [value, value]);
}
