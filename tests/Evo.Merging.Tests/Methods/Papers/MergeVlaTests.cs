using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Papers;

/// <summary>Card B19: a masked backbone, new modules averaged, identical tensors left out, last action-head layers by task.</summary>
public sealed class MergeVlaTests : IDisposable
{
    private const string Queries = "action_queries.weight";

    private readonly MergeScene _scene = new(("base", Backbone(0, 0, 0, 0)), ("a", Policy(5, -1, .2f, 3, 1)), ("b", Policy(4, 2, -6, .1f, 3)));

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData(0, 9, 1, -5.8, 3.1)]
    [InlineData(1, 9, 0, 0, 3.1)]
    [InlineData(2, 9, 1, -5.8, 0)]
    public void The_backbone_is_merged_and_masked(int task, double first, double second, double third, double fourth) =>
        Near.Equal([first, second, third, fourth], Merge($"task: {task}")[Names.Norm(0)]);

    /// <summary>At λ = 0.6 the first model's second element, −1 against a rest of 2, is off; at 0.4 it is on.</summary>
    [Fact]
    public void The_threshold_is_a_parameter() => Near.Equal([9, 1, 0, 3.1], Merge("task: 1, tall_lambda: 0.4")[Names.Norm(0)]);

    [Theory]
    [InlineData("backbone: ties", 9, 2, -6, 3.1)]
    [InlineData("lambda: 0.5", 4.5, .5, -2.9, 1.55)]
    public void The_backbones_method_is_a_parameter(string parameters, double first, double second, double third, double fourth) =>
        Near.Equal([first, second, third, fourth], Merge(parameters)[Names.Norm(0)]);

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Modules_that_the_base_lacks_are_averaged(int task)
    {
        var merged = Merge($"task: {task}");
        Near.Equal([2, 4], merged[Queries]);
        Near.Equal([2], merged[Block(0)]);
    }

    [Theory]
    [InlineData("task: 0", 2, 2)]
    [InlineData("task: 1", 2, 1)]
    [InlineData("task: 2", 2, 3)]
    [InlineData("task: 2, expert_layers: 2", 3, 3)]
    [InlineData("task: 2, expert_layers: 0", 2, 2)]
    public void The_last_layers_of_the_action_head_are_the_tasks_own(string parameters, double middle, double last)
    {
        var merged = Merge(parameters);
        Near.Equal([middle], merged[Block(1)]);
        Near.Equal([last], merged[Block(2)]);
    }

    [Fact]
    public void Output_layers_are_made_experts_by_filters() =>
        Near.Equal([3, 6], Merge("task: 2, task_expert: [{filter: action_queries, value: true}, {value: false}]")[Queries]);

    /// <summary>2.5 in both models and 1 in the base: neither merged (4) nor masked away.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Tensors_that_are_identical_in_all_models_stay_as_they_are(int task) => Near.Equal([2.5, 2.5], Merge($"task: {task}")[Names.FinalNorm]);

    [Fact]
    public void Other_methods_refuse_modules_that_the_base_lacks() =>
        Assert.Contains("action_", Assert.Throws<RecipeException>(() => _scene.Plan(Recipe("consensus", ""))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_module_that_only_one_model_has_is_refused()
    {
        using var scene = new MergeScene(("base", Backbone(0, 0, 0, 0)), ("a", Policy(5, -1, .2f, 3, 1)), ("b", Backbone(4, 2, -6, .1f)));
        Assert.Throws<RecipeException>(() => scene.Plan(Recipe("mergevla", "")));
    }

    private Dictionary<string, float[]> Merge(string parameters) => _scene.Merge(Recipe("mergevla", parameters), workers: 2);

    private static string Recipe(string method, string parameters) =>
        $"{{merge_method: {method}, base_model: base, models: [{{model: a}}, {{model: b}}], parameters: {{{parameters}}}}}";

    private static string Block(int number) => $"action_head.model.mlp_resnet_blocks.{number}.ffn.weight";

    private static TinyModel Backbone(params float[] norm) => new TinyModel().With(Names.Norm(0), [4], norm).With(Names.FinalNorm, [2], [1, 1]);

    private static TinyModel Policy(float x, float y, float z, float w, float head) => new TinyModel()
        .With(Names.Norm(0), [4], [x, y, z, w]).With(Names.FinalNorm, [2], [2.5f, 2.5f]).With(Queries, [2], [head, 2 * head])
        .With(Block(0), [1], [head]).With(Block(1), [1], [head]).With(Block(2), [1], [head]);
}
