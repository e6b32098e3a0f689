using Evo.Merging.Methods;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods.Activations;

/// <summary>Methods that solve whole matrices give the same bits for any number of threads.</summary>
public sealed class WorkerTests
{
    [Theory, InlineData("regmean"), InlineData("lot"), InlineData("bmm")]
    public void Any_number_of_workers_gives_the_same_bits(string method)
    {
        using var scene = new MergeScene(("base", Model(1)), ("one", Model(2)), ("two", Model(3)));
        var needs = MergeMethods.Find(method)!.Needs;
        var recipe = $"{{merge_method: {method}, {(needs.NeedsBase ? "base_model: base, " : "")}models: [{{model: one}}, {{model: two}}], parameters: {{weight: 0.6}}}}";
        var alone = scene.Merge(recipe, workers: 1);
        LargeScene.SameBits(alone, scene.Merge(recipe, workers: 2));
        LargeScene.SameBits(alone, scene.Merge(recipe, workers: 5));
    }

    private static TinyModel Model(int seed)
    {
        var random = new Random(seed);
        return new TinyModel().With(Names.Up(0), [70, 90], Values(6300)).With(Names.Query(0), [90, 90], Values(8100));

        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - .5))];
    }
}
