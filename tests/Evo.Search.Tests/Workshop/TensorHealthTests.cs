using Evo.Checkpoints.Weights;
using Evo.Merging.Engines;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;
using Evo.Search.Workshop;

namespace Evo.Search.Tests.Workshop;

public sealed class TensorHealthTests : IDisposable
{
    private readonly FamilySpace _family = new();

    public void Dispose() => _family.Dispose();

    [Theory, InlineData(0.5, 0), InlineData(40, 1)]
    public void Tensors_whose_norm_leaves_the_parents_are_counted(double weight, double atLeast)
    {
        var recipe = RecipeReader.Read(
            $"{{merge_method: linear, models: [{{model: models/base, parameters: {{weight: {weight}}}}}, {{model: models/addition, parameters: {{weight: 0.5}}}}], parameters: {{normalize: false}}}}",
            "recipe");
        using var parents = ParentModels.Open(recipe.ReferencedModels, _family[""]);
        var plan = MergePlan.Create(recipe, parents);
        using var candidate = new CpuWeights(plan.Layout);
        using var engine = new CpuMergeEngine();
        engine.Merge(plan, candidate);
        Assert.Equal(atLeast, new TensorHealth().ShareOfUnhealthy(candidate, plan));
    }
}
