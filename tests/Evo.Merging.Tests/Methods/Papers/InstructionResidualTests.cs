using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Papers;

/// <summary>Card B17: θ domain + λ (θ instruct − θ₀).</summary>
public sealed class InstructionResidualTests
{
    [Fact]
    public void The_residual_is_added_to_the_domain_model()
    {
        using var scene = Scene([1, 2, 3], [1.5f, 2, 2], [1, 4, 4]);
        Near.Equal([1.5, 4, 3], scene.MergeOne(Recipe("", "")));
        Near.Equal([1.5, 3, 2.5], scene.MergeOne(Recipe("", "weight: 0.5")));
        Near.Equal([1.25, 3, 3], scene.MergeOne(Recipe("weight: 0.5", "weight: 0.5")));
    }

    [Fact]
    public void Without_domain_training_it_gives_the_instruct_model()
    {
        using var scene = Scene([1, 2, 3], [1, 2, 3], [1, 4, 4]);
        Near.Equal([1, 4, 4], scene.MergeOne(Recipe("", "")));
    }

    [Fact]
    public void Both_vectors_commute()
    {
        using var scene = Scene([1, 2, 3], [1.5f, 2, 2], [1, 4, 4]);
        using var swapped = Scene([1, 2, 3], [1, 4, 4], [1.5f, 2, 2]);
        Assert.Equal(scene.MergeOne(Recipe("", "")), swapped.MergeOne(Recipe("", "")));
    }

    private static string Recipe(string domain, string instruct) =>
        $"{{merge_method: instruction_residual, base_model: base, models: [{{model: domain, parameters: {{{domain}}}}}, {{model: instruct, parameters: {{{instruct}}}}}]}}";

    private static MergeScene Scene(float[] start, float[] domain, float[] instruct) => new(
        ("base", TinyModel.OfVector(start)), ("domain", TinyModel.OfVector(domain)), ("instruct", TinyModel.OfVector(instruct)));
}
