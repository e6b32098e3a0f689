using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Papers;

/// <summary>Card B14: the unified task vector, masks and factors of tasks.</summary>
public sealed class EmrTests
{
    [Theory]
    [InlineData(0, 5, 2, -6, 3)]
    [InlineData(1, 5 * 1.15, 0, 0, 3 * 1.15)]
    [InlineData(2, 5 * .75625, 2 * .75625, -6 * .75625, 3 * .75625)]
    public void The_worked_example(int task, double first, double second, double third, double fourth)
    {
        using var scene = new MergeScene(
            ("base", TinyModel.OfVector(new float[4])), ("a", TinyModel.OfVector(5, -1, .2f, 3)), ("b", TinyModel.OfVector(4, 2, -6, .1f)));
        Near.Equal([first, second, third, fourth], scene.MergeOne(Recipe($"task: {task}")));
    }

    [Fact]
    public void The_golden_fixture()
    {
        using var scene = new MergeScene(
            ("base", TinyModel.OfMatrix(3, 2, 1, 0, 0, 1, 1, -1)),
            ("a", TinyModel.OfMatrix(3, 2, 1.3f, -.1f, .05f, 1.2f, 1, -.6f)),
            ("b", TinyModel.OfMatrix(3, 2, .8f, .12f, .25f, 1.08f, 1.1f, -1.3f)));
        Near.Equal([1.3, .12, .25, 1.2, 1.1, -.6], scene.MergeOne(Recipe("")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Several_tensors_agree_with_the_reference(int seed)
    {
        using var models = new SeveralTensors(seed, 3);
        var lengths = models.Order.Select(name => models.Base[name].Length).ToArray();
        Near.Equal([.. PaperReferences.EmrUnified(models.Vectors).Select(value => .7 * value)], Floats(models.Merge("emr", "lambda: 0.7")), 1e-6);
        for (var task = 0; task < 3; task++)
            Near.Equal(PaperReferences.EmrTask(models.Vectors, task, lengths), Floats(models.Merge("emr", $"task: {task + 1}")), 1e-6);
    }

    /// <summary>λᵢ restores the mean magnitude of the task vector.</summary>
    [Fact]
    public void A_tasks_model_is_as_far_from_the_base_as_its_parent()
    {
        using var scene = new MergeScene(
            ("base", TinyModel.OfVector(new float[4])), ("a", TinyModel.OfVector(5, -1, .2f, 3)), ("b", TinyModel.OfVector(4, 2, -6, .1f)));
        Assert.Equal(9.2, scene.MergeOne(Recipe("task: 1")).Sum(Math.Abs), 1e-4);
        Assert.Equal(12.1, scene.MergeOne(Recipe("task: 2")).Sum(Math.Abs), 1e-4);
    }

    [Fact]
    public void A_sum_of_zero_elects_minus()
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(0, 0)), ("a", TinyModel.OfVector(2, 0)), ("b", TinyModel.OfVector(-2, 0)));
        Near.Equal([-2, 0], scene.MergeOne(Recipe("")));
        Near.Equal([0, 0], scene.MergeOne(Recipe("task: 1")));
        Near.Equal([-2, 0], scene.MergeOne(Recipe("task: 2")));
    }

    [Fact]
    public void One_model_is_its_own_task()
    {
        using var models = new SeveralTensors(4, 1);
        Near.Equal(models.Vectors[0], Floats(models.Merge("emr", "")), 1e-6);
        Near.Equal(models.Vectors[0], Floats(models.Merge("emr", "task: 1")), 1e-6);
    }

    [Fact]
    public void Unchanged_models_give_the_base()
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(1, 2)), ("a", TinyModel.OfVector(1, 2)), ("b", TinyModel.OfVector(1, 2)));
        Near.Equal([1, 2], scene.MergeOne(Recipe("task: 2")));
    }

    [Theory]
    [InlineData("task: 3")]
    [InlineData("task: 1.5")]
    [InlineData("task: -1")]
    public void A_task_that_there_is_not_is_refused(string parameter)
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(1, 2)), ("a", TinyModel.OfVector(1, 2)), ("b", TinyModel.OfVector(1, 2)));
        Assert.Contains("'task'", Assert.Throws<RecipeException>(() => scene.MergeOne(Recipe(parameter))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("task: 1")]
    public void A_parent_with_NaN_is_named_with_its_tensor(string parameter)
    {
        using var scene = new MergeScene(("base", Model(0)), ("a", Model(1)), ("b", Model(float.NaN)));
        Assert.Equal(Names.Norm(1), Assert.Throws<NonFiniteMergeException>(() => scene.Merge(Recipe(parameter))).Tensor);

        static TinyModel Model(float last) => new TinyModel().Set("num_hidden_layers", 2).With(Names.Norm(0), [3], [1, 2, 3]).With(Names.Norm(1), [2], [1, last]);
    }

    private static string Recipe(string parameters) => $"{{merge_method: emr, base_model: base, models: [{{model: a}}, {{model: b}}], parameters: {{{parameters}}}}}";

    private static float[] Floats(double[] values) => [.. values.Select(value => (float)value)];
}
