using Evo.Checkpoints.Weights;
using Evo.Merging.Engines;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;

namespace Evo.Merging.Tests.Fixtures;

/// <summary>Tiny models in a temporary folder, and merges of them through the public engine.</summary>
internal sealed class MergeScene : IDisposable
{
    public MergeScene(params (string Name, TinyModel Model)[] models)
    {
        foreach (var (name, model) in models)
            model.Write(Path.Combine(Folder, name));
        Parents = ParentModels.Open(models.Select(model => model.Name), Folder);
        Statistics = new SyntheticStatistics(Parents);
        Parents.Calibration = Statistics;
    }

    /// <summary>What methods that need calibration text are told in its place.</summary>
    public SyntheticStatistics Statistics { get; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("evo-merging-").FullName;

    public ParentModels Parents { get; }

    public MergePlan Plan(string recipe) => MergePlan.Create(RecipeReader.Read(recipe, "recipe.yaml"), Parents);

    /// <summary>Merges once and returns every output tensor.</summary>
    public Dictionary<string, float[]> Merge(string recipe, int workers = 1)
    {
        using var engine = new CpuMergeEngine(workers);
        return Merge(recipe, engine);
    }

    public Dictionary<string, float[]> Merge(string recipe, CpuMergeEngine engine)
    {
        var plan = Plan(recipe);
        using var weights = new CpuWeights(plan.Layout);
        engine.Merge(plan, weights);
        return plan.Layout.Slots.ToDictionary(slot => slot.Name, slot => weights[slot].ToArray());
    }

    /// <summary>The only tensor of the merged model.</summary>
    public float[] MergeOne(string recipe) => Assert.Single(Merge(recipe)).Value;

    public void Dispose()
    {
        Parents.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
