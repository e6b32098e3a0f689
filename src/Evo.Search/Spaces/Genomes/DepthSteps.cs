using System.Collections.Immutable;
using System.Globalization;
using Evo.Search.Spaces.Recipes;

namespace Evo.Search.Spaces.Genomes;

/// <summary>
/// How the genes of a depth axis become mergekit's gradient. With one value for each layer, layer l of L lies at l/(L−1) and meets its own
/// value exactly, so that blocks are true steps. mergekit gives tensors outside the layers the first value.
/// </summary>
/// <param name="Kind">Layer, Block or Knots.</param>
/// <param name="Count">Genes.</param>
/// <param name="Layers">Layers of the stack; knots do not need it.</param>
/// <param name="FirstLayer">The number of the stack's first layer in its model, for names.</param>
internal sealed record DepthSteps(PerKind Kind, int Count, int Layers, int FirstLayer)
{
    public string Name(int step) => Kind switch
    {
        PerKind.Layer => string.Create(CultureInfo.InvariantCulture, $"layer{FirstLayer + step}"),
        PerKind.Block => string.Create(CultureInfo.InvariantCulture, $"block{step + 1}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"knot{step + 1}"),
    };

    /// <summary>For each entry of the gradient, the step whose gene it takes.</summary>
    public ImmutableArray<int> Gradient() => Kind == PerKind.Block
        ? [.. Enumerable.Range(0, Layers).Select(layer => (int)((long)layer * Count / Layers))]
        : [.. Enumerable.Range(0, Count)];
}
