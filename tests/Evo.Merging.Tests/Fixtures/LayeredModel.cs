using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Tests.Fixtures;

/// <summary>Models of several layers whose every element tells where it came from: <c>origin + layer</c> (0.5 outside the layers).</summary>
internal static class LayeredModel
{
    public static TinyModel Of(int layers, float origin, ElementType type = ElementType.F32, bool tied = true)
    {
        var model = new TinyModel().Set("num_hidden_layers", layers).Set("tie_word_embeddings", tied)
            .With(Names.Embedding, [3, 2], Filled(6, origin + .5f), type)
            .With(Names.FinalNorm, [2], Filled(2, origin + .5f), type);
        if (!tied)
            model.With(Names.Head, [3, 2], Filled(6, origin + .5f), type);
        for (var layer = 0; layer < layers; layer++)
            model.With(Names.Query(layer), [2, 2], Filled(4, origin + layer), type)
                .With(Names.Up(layer), [4, 2], Filled(8, origin + layer), type)
                .With(Names.Norm(layer), [2], Filled(2, origin + layer), type);
        return model;
    }

    private static float[] Filled(int count, float value) => [.. Enumerable.Repeat(value, count)];
}
