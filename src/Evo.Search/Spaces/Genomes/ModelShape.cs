using System.Collections.Immutable;
using Evo.Checkpoints.Models;

namespace Evo.Search.Spaces.Genomes;

/// <summary>What genes need to know of a model.</summary>
/// <param name="Layers">Decoder layers.</param>
/// <param name="Tensors">Names; no head when it is tied to the embedding.</param>
internal sealed record ModelShape(int Layers, ImmutableArray<string> Tensors)
{
    public static ModelShape Of(ModelFolder model) => new(model.Config.NumHiddenLayers, [.. model.Tensors.Select(tensor => tensor.Name)]);
}
