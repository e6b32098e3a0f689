using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Planning;

/// <summary>A tensor of a parent. In a layer, <paramref name="Pattern"/> is its name with <c>{layer}</c> for the number; else it is the name.</summary>
internal sealed record IndexedTensor(TensorInfo Info, TensorPlace Place, string Pattern)
{
    public string NameAt(int layer) => Pattern.Replace(ParentIndex.LayerMark, layer.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}

/// <summary>The tensors of one parent by layer, so that layers can be moved and compared across models.</summary>
internal sealed class ParentIndex
{
    public const string LayerMark = "{layer}";

    private readonly FrozenDictionary<string, IndexedTensor>[] _byPattern;
    private readonly FrozenDictionary<string, IndexedTensor> _outside;

    private readonly Parent _parent;

    public ParentIndex(string name, Parent parent)
    {
        Name = name;
        _parent = parent;
        var folder = parent.Folder;
        var tensors = folder.Tensors.Select(Indexed).ToArray();
        Outside = [.. tensors.Where(tensor => tensor.Place.Layer is null)];
        Layers = LayersOf(tensors);
        _outside = Outside.ToFrozenDictionary(tensor => tensor.Pattern, StringComparer.Ordinal);
        _byPattern = [.. Layers.Select(layer => layer.ToFrozenDictionary(tensor => tensor.Pattern, StringComparer.Ordinal))];
        Embedding = Outside.FirstOrDefault(tensor => tensor.Place is { Component: Component.Embedding, Part: "embed_tokens" });
        Vocabulary = new Lazy<TokenizerVocabulary?>(() => TokenizerVocabulary.Of(folder));
    }

    /// <summary>The model's name in recipes.</summary>
    public string Name { get; }

    public ModelFolder Folder => _parent.Folder;

    public int LayerCount => Layers.Length;

    /// <summary>Tensors outside the layers: embeddings, final norm, head.</summary>
    public ImmutableArray<IndexedTensor> Outside { get; }

    public ImmutableArray<ImmutableArray<IndexedTensor>> Layers { get; }

    /// <summary>The token embedding, or null when no tensor looks like one.</summary>
    public IndexedTensor? Embedding { get; }

    /// <summary>Null when the model has no tokenizer.json.</summary>
    public Lazy<TokenizerVocabulary?> Vocabulary { get; }

    /// <summary>One of its tensors, with its values.</summary>
    public TensorSource Source(TensorInfo tensor) => _parent.Source(Name, tensor);

    public IndexedTensor? FindOutside(string name) => _outside.GetValueOrDefault(name);

    public IndexedTensor? Find(int layer, string pattern) => _byPattern[layer].GetValueOrDefault(pattern);

    /// <exception cref="RecipeException">A layer of the configuration has no tensors.</exception>
    private ImmutableArray<ImmutableArray<IndexedTensor>> LayersOf(IndexedTensor[] tensors)
    {
        var byLayer = tensors.ToLookup(tensor => tensor.Place.Layer);
        var layers = ImmutableArray.CreateBuilder<ImmutableArray<IndexedTensor>>();
        for (var layer = 0; layer < Folder.Config.NumHiddenLayers; layer++)
            layers.Add(byLayer.Contains(layer)
                ? [.. byLayer[layer]]
                : throw new RecipeException($"'{Name}' has {Folder.Config.NumHiddenLayers} layers by its config.json, but no tensor of layer {layer}: "
                    + "configuration and weights are not of one model"));
        return layers.ToImmutable();
    }

    private static IndexedTensor Indexed(TensorInfo info)
    {
        var place = TensorPlaces.Of(info.Name);
        if (place.Layer is null)
            return new IndexedTensor(info, place, info.Name);
        var segments = info.Name.Split('.');
        segments[TensorPlaces.LayerSegment(segments)!.Value] = LayerMark;
        return new IndexedTensor(info, place, string.Join('.', segments));
    }
}
