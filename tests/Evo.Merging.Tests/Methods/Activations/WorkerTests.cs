using Evo.Checkpoints.Models;
using Evo.Merging.Engines;
using Evo.Merging.Methods;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Activations;

/// <summary>Methods that solve whole matrices, and those that stand on such a merge, give the same bits for any number of threads.</summary>
public sealed class WorkerTests
{
    [Theory]
    [InlineData("regmean", "")]
    [InlineData("lot", "")]
    [InlineData("bmm", "")]
    [InlineData("bmm", ", anchor: tsv_m")]
    [InlineData("bmm", ", anchor: ties, gram_blend: 1")]
    [InlineData("consensus", ", backbone: tsv_m")]
    [InlineData("mergevla", ", backbone: tsv_m, task: 2")]
    public void Any_number_of_workers_gives_the_same_bits_in_memory_and_on_disk(string method, string parameters)
    {
        using var scene = new MergeScene(("base", Model(1)), ("one", Model(2)), ("two", Model(3)));
        var needs = MergeMethods.Find(method)!.Needs;
        var recipe = $"{{merge_method: {method}, {(needs.NeedsBase ? "base_model: base, " : "")}models: [{{model: one}}, {{model: two}}], parameters: {{weight: 0.6{parameters}}}}}";
        var alone = scene.Merge(recipe, workers: 1);
        LargeScene.SameBits(alone, scene.Merge(recipe, workers: 2));
        LargeScene.SameBits(alone, scene.Merge(recipe, workers: 5));

        var folder = Path.Combine(scene.Folder, "out");
        FolderMerge.Write(scene.Plan(recipe), folder, options: new FolderMergeOptions { Workers = 2 });
        using var written = ModelFolder.Open(folder);
        foreach (var (name, values) in alone)
        {
            var read = new float[values.Length];
            written.ReadFloats(name, 0, read);
            Assert.Equal(values, read);
        }
    }

    private static TinyModel Model(int seed)
    {
        var random = new Random(seed);
        return new TinyModel().With(Names.Up(0), [70, 90], Values(6300)).With(Names.Query(0), [90, 90], Values(8100));

        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - .5))];
    }
}
