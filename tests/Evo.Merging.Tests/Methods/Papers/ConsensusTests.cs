using System.Globalization;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Papers;

/// <summary>Card B15: TALL masks, and what enough of them agree on.</summary>
public sealed class ConsensusTests
{
    [Theory]
    [InlineData("consensus_k: 2", "9 1 0 0")]
    [InlineData("consensus_k: 1", "9 1 -5.8 3.1")]
    [InlineData("consensus_k: 0", "9 1 -5.8 3.1")]
    [InlineData("consensus_k: 1.5", "9 1 0 0")]
    [InlineData("consensus_k: 3", "0 0 0 0")]
    [InlineData("task: 1", "9 1 0 3.1")]
    [InlineData("task: 2", "9 1 -5.8 0")]
    [InlineData("consensus_k: 2, lambda: 0.5", "4.5 .5 0 0")]
    [InlineData("consensus_k: 0, backbone: ties", "9 2 -6 3.1")]
    public void The_worked_example(string parameters, string expected)
    {
        using var scene = new MergeScene(
            ("base", TinyModel.OfVector(new float[4])), ("a", TinyModel.OfVector(5, -1, .2f, 3)), ("b", TinyModel.OfVector(4, 2, -6, .1f)));
        Near.Equal(
            [.. expected.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))],
            scene.MergeOne($"{{merge_method: consensus, base_model: base, models: [{{model: a}}, {{model: b}}], parameters: {{{parameters}}}}}"));
    }

    [Fact]
    public void The_golden_fixture()
    {
        using var scene = new MergeScene(
            ("base", TinyModel.OfMatrix(3, 2, 1, 0, 0, 1, 1, -1)),
            ("a", TinyModel.OfMatrix(3, 2, 1.3f, -.1f, .05f, 1.2f, 1, -.6f)),
            ("b", TinyModel.OfMatrix(3, 2, .8f, .12f, .25f, 1.08f, 1.1f, -1.3f)));
        const string models = "{merge_method: consensus, base_model: base, models: [{model: a}, {model: b}]";

        // The fourth element lies on the threshold: 0.08 = 0.4 · |0.28 − 0.08|, which float32 parents do not meet exactly.
        Near.Equal([1.1, .02, 0, 1, 1, -.9], scene.MergeOne(models + ", parameters: {tall_lambda: 0.40001}}"));
        Near.Equal([1.1, .02, 0, 1.28, 1, -.9], scene.MergeOne(models + ", parameters: {tall_lambda: 0.39999}}"));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    public void Several_tensors_agree_with_the_reference(int seed, bool elect)
    {
        using var models = new SeveralTensors(seed, 3);
        var merged = PaperReferences.Sum(models.Vectors, [1, .6, 1.4], elect);
        var backbone = elect ? "backbone: ties" : "backbone: task_arithmetic";
        string[] ofModels = ["tall_lambda: 0.3", "tall_lambda: 0.5, weight: 0.6", "tall_lambda: 0.7, weight: 1.4"];
        Near.Equal(PaperReferences.Consensus(models.Vectors, merged, [.3, .5, .7], 2), Floats(models.Merge("consensus", backbone, ofModels)), 1e-6);
        for (var task = 0; task < 3; task++)
            Near.Equal(
                PaperReferences.TallTask(models.Vectors, merged, task, .3 + (.2 * task)), Floats(models.Merge("consensus", $"{backbone}, task: {task + 1}", ofModels)), 1e-6);
    }

    [Fact]
    public void Nothing_required_is_task_arithmetic()
    {
        using var models = new SeveralTensors(3, 2);
        Near.Equal(models.Merge("task_arithmetic", "weight: 1"), Floats(models.Merge("consensus", "consensus_k: 0")), 1e-7);
    }

    [Fact]
    public void A_threshold_of_0_asks_only_for_a_change()
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(0, 0)), ("a", TinyModel.OfVector(1, 0)), ("b", TinyModel.OfVector(3, 2)));
        Near.Equal([4, 0], scene.MergeOne("{merge_method: consensus, base_model: base, models: [{model: a}, {model: b}], parameters: {tall_lambda: 0}}"));
    }

    private static float[] Floats(double[] values) => [.. values.Select(value => (float)value)];
}
