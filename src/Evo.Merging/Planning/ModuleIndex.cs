using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Evo.Merging.Planning;

/// <summary>The tensors of one part of a model by layer, so that layers can be moved and compared across models.</summary>
internal sealed class ModuleIndex
{
    private readonly FrozenDictionary<string, IndexedTensor>[] _byPattern;
    private readonly FrozenDictionary<string, IndexedTensor> _outside;

    public ModuleIndex(string name, ImmutableArray<IndexedTensor> outside, ImmutableArray<ImmutableArray<IndexedTensor>> layers)
    {
        Name = name;
        Outside = outside;
        Layers = layers;
        _outside = Outside.ToFrozenDictionary(tensor => tensor.Pattern, StringComparer.Ordinal);
        _byPattern = [.. Layers.Select(layer => layer.ToFrozenDictionary(tensor => tensor.Pattern, StringComparer.Ordinal))];
    }

    /// <summary>As <see cref="ModelModules"/> calls it.</summary>
    public string Name { get; }

    /// <summary>Tensors outside the layers: embeddings, final norm, head.</summary>
    public ImmutableArray<IndexedTensor> Outside { get; }

    public ImmutableArray<ImmutableArray<IndexedTensor>> Layers { get; }

    public int LayerCount => Layers.Length;

    public IEnumerable<IndexedTensor> Tensors => Outside.Concat(Layers.SelectMany(layer => layer));

    public IndexedTensor? FindOutside(string name) => _outside.GetValueOrDefault(name);

    public IndexedTensor? Find(int layer, string pattern) => _byPattern[layer].GetValueOrDefault(pattern);

    /// <summary>A tower, whose layers are those that its tensors number from 0 on; where they are numbered otherwise, nothing of it is a layer.</summary>
    public static ModuleIndex Tower(string name, IReadOnlyCollection<IndexedTensor> tensors)
    {
        var byLayer = tensors.Where(tensor => tensor.Layer is not null).GroupBy(tensor => tensor.Layer!.Value).OrderBy(layer => layer.Key).ToArray();
        return byLayer.Index().All(layer => layer.Index == layer.Item.Key)
            ? new ModuleIndex(name, [.. tensors.Where(tensor => tensor.Layer is null)], [.. byLayer.Select(layer => layer.ToImmutableArray())])
            : new ModuleIndex(name, [.. tensors.Select(tensor => tensor.OutsideLayers())], []);
    }
}
