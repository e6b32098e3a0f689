using Evo.Checkpoints.Tensors;
using Evo.Checkpoints.Weights;
using Evo.Merging.Engines;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;

namespace Evo.Merging.Tests.Fixtures;

/// <summary>A base of one matrix and adapters of it, in a temporary folder; merges by name (<c>base+one</c>).</summary>
internal sealed class AdapterMerges : IDisposable
{
    private ParentModels? _parents;

    public AdapterMerges(TinyModel @base, params (string Name, TinyAdapter Adapter)[] adapters)
    {
        @base.Write(Path.Combine(Folder, "base"));
        foreach (var (name, adapter) in adapters)
            adapter.Write(Path.Combine(Folder, name));
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("evo-adapters-").FullName;

    public static float[] Random(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];
    }

    /// <summary>A matrix and a norm, in bfloat16 or float32, and adapters of different ranks of the matrix.</summary>
    public static AdapterMerges Usual(int rows = 6, int columns = 5, ElementType type = ElementType.F32, params int[] ranks) => new(
        new TinyModel().With(Names.Up(0), [rows, columns], Random(1, rows * columns), type).With(Names.Norm(0), [3], Random(2, 3), type),
        [.. (ranks.Length == 0 ? [2, 3] : ranks).Select((rank, i) =>
            ($"adapter{i}", new TinyAdapter(rank, rank + 1).With(Names.Up(0), Random(10 + i, rank * columns), Random(20 + i, rank * rows))))]);

    public MergePlan Plan(string recipe)
    {
        var read = RecipeReader.Read(recipe, "recipe.yaml");
        _parents?.Dispose();
        _parents = ParentModels.Open(read.ReferencedModels, Folder);
        return MergePlan.Create(read, _parents);
    }

    public Dictionary<string, float[]> Merge(string recipe, int workers = 1)
    {
        using var engine = new CpuMergeEngine(workers);
        var plan = Plan(recipe);
        using var weights = new CpuWeights(plan.Layout);
        engine.Merge(plan, weights);
        return plan.Layout.Slots.ToDictionary(slot => slot.Name, slot => weights[slot].ToArray());
    }

    public void Dispose()
    {
        _parents?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
