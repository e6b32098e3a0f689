using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Tests.Fixtures;

/// <summary>Models of several layers whose every element tells where it came from: <c>origin + layer</c> (0.5 outside the layers).</summary>
internal static class LayeredModel
{
    public static TinyModel Of(int layers, float origin, ElementType type = ElementType.F32, bool tied = true) =>
        With(layers, layer => origin + (layer ?? .5f), type, tied);

    /// <summary>The same number everywhere.</summary>
    public static TinyModel Constant(int layers, float value, bool tied = true) => With(layers, _ => value, ElementType.F32, tied);

    private static TinyModel With(int layers, Func<int?, float> value, ElementType type, bool tied)
    {
        var model = new TinyModel().Set("num_hidden_layers", layers).Set("tie_word_embeddings", tied)
            .With(Names.Embedding, [3, 2], Filled(6, value(null)), type)
            .With(Names.FinalNorm, [2], Filled(2, value(null)), type);
        if (!tied)
            model.With(Names.Head, [3, 2], Filled(6, value(null)), type);
        for (var layer = 0; layer < layers; layer++)
            model.With(Names.Query(layer), [2, 2], Filled(4, value(layer)), type)
                .With(Names.Up(layer), [4, 2], Filled(8, value(layer)), type)
                .With(Names.Norm(layer), [2], Filled(2, value(layer)), type);
        return model;
    }

    private static float[] Filled(int count, float value) => [.. Enumerable.Repeat(value, count)];
}
