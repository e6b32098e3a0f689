using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Tests.Fixtures;

/// <summary>A base and two fine-tunes of three layers, small and random.</summary>
internal static class SmallLayers
{
    private const int Layers = 3;

    public static MergeScene Create() => new(("base", Model(0)), ("one", Model(1)), ("two", Model(2)));

    private static TinyModel Model(int seed)
    {
        var (shared, own) = (new Random(99), new Random(seed));
        var model = new TinyModel().Set("num_hidden_layers", Layers)
            .With(Names.Embedding, [9, 6], Values(54)).With(Names.FinalNorm, [6], Values(6));
        for (var layer = 0; layer < Layers; layer++)
            model.With(Names.Query(layer), [6, 6], Values(36)).With(Names.Up(layer), [10, 6], Values(60)).With(Names.Norm(layer), [6], Values(6));
        return model;

        float[] Values(int count) =>
            [.. Enumerable.Range(0, count).Select(_ => ((float)shared.NextDouble() - 0.5f) + (seed == 0 ? 0 : 0.1f * ((float)own.NextDouble() - 0.5f)))];
    }
}
