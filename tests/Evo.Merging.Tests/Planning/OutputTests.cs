using Evo.Checkpoints.Tensors;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Planning;

/// <summary>What the result will be: types, configuration, order, cost.</summary>
public sealed class OutputTests
{
    private const string Average = "{merge_method: linear, models: [{model: a}, {model: b}], parameters: {weight: 1}";

    [Theory]
    [InlineData("", ElementType.BF16, "float32")]
    [InlineData(", dtype: float16", ElementType.F16, "float16")]
    [InlineData(", dtype: float16, out_dtype: float32", ElementType.F32, "float32")]
    public void The_output_type_is_out_dtype_then_dtype_then_the_donors(string types, ElementType type, string inConfig)
    {
        using var scene = new MergeScene(("a", LayeredModel.Of(1, 0, ElementType.BF16)), ("b", LayeredModel.Of(1, 2)));
        var plan = scene.Plan(Average + types + "}");
        Assert.All(plan.Tensors, tensor => Assert.Equal(type, tensor.Output.Type));
        Assert.Equal(inConfig, (string?)plan.OutputConfig["torch_dtype"]);
    }

    [Fact]
    public void Eight_bit_floats_are_not_written()
    {
        using var scene = new MergeScene(("a", LayeredModel.Of(1, 0, ElementType.F64).WithRaw("extra", [1], [0x38], ElementType.F8E4M3)));
        Assert.Contains("add 'dtype: bfloat16'", Assert.Throws<RecipeException>(() => scene.Plan("{merge_method: passthrough, models: [{model: a}]}")).Message, StringComparison.Ordinal);
        var plan = scene.Plan("{merge_method: passthrough, models: [{model: a}], dtype: bfloat16}");
        Assert.Contains(plan.Tensors, tensor => tensor.Output.Name == "extra");
    }

    [Fact]
    public void Tensors_go_from_the_embedding_through_the_layers_to_the_head()
    {
        using var scene = new MergeScene(("a", LayeredModel.Of(11, 0, tied: false)), ("b", LayeredModel.Of(11, 2, tied: false)));
        var plan = scene.Plan(Average + "}");
        Assert.Equal(Names.Embedding, plan.Tensors[0].Output.Name);
        Assert.Equal([Names.Head, Names.FinalNorm], plan.Tensors.Select(tensor => tensor.Output.Name).TakeLast(2));
        Assert.Equal(Enumerable.Range(0, 11), plan.Tensors.Where(tensor => tensor.Place.Part == "up").Select(tensor => tensor.Place.Layer!.Value));
        Assert.Equal(plan.Tensors.Select(tensor => tensor.Output.Name), plan.Layout.Slots.Select(slot => slot.Name));
    }

    [Fact]
    public void The_configuration_is_the_bases_without_its_path()
    {
        using var scene = new MergeScene(
            ("a", LayeredModel.Of(1, 0).Set("rope_theta", 1)), ("b", LayeredModel.Of(1, 2).Set("rope_theta", 2).Set("_name_or_path", "/home/someone")));
        var config = scene.Plan("{merge_method: task_arithmetic, base_model: b, models: [{model: a}], parameters: {weight: 1}}").OutputConfig;
        Assert.Equal(2, (int)config["rope_theta"]!);
        Assert.False(config.ContainsKey("_name_or_path"));
    }

    [Fact]
    public void The_estimate_counts_bytes()
    {
        using var scene = new MergeScene(("a", LayeredModel.Of(2, 0, ElementType.BF16)), ("b", LayeredModel.Of(2, 2)));
        var estimate = scene.Plan(Average + "}").Estimate;
        const int elements = 6 + 2 + (2 * (4 + 8 + 2));
        Assert.Equal(elements * (2 + 4), estimate.BytesRead);
        Assert.Equal(elements * 2, estimate.BytesWritten);
        Assert.Equal(8 * 4, estimate.LargestTensorBytes);
        Assert.Equal(8 * 16 * 4, estimate.CandidateBytes);
    }
}
