using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Planning.Vocabularies;

namespace Evo.Merging.Planning;

/// <summary>The tensors of one parent by module and layer.</summary>
internal sealed class ParentIndex
{
    private readonly Parent _parent;

    public ParentIndex(string name, Parent parent)
    {
        Name = name;
        _parent = parent;
        var folder = parent.Folder;
        var isEncoderDecoder = folder.Config.Flag("is_encoder_decoder", false);
        var byModule = folder.Tensors.Select(IndexedTensor.Of).ToLookup(tensor => ModelModules.Of(tensor.Info.Name, isEncoderDecoder));
        var main = isEncoderDecoder && byModule.Contains(ModelModules.Decoder) ? ModelModules.Decoder : ModelModules.Text;
        Modules =
        [
            main == ModelModules.Text ? Text([.. byModule[main]]) : ModuleIndex.Tower(main, [.. byModule[main]]),
            .. byModule.Where(module => module.Key != main).OrderBy(module => module.Key, StringComparer.Ordinal)
                .Select(module => ModuleIndex.Tower(module.Key, [.. module])),
        ];
        Embedding = Modules.SelectMany(module => module.Outside)
            .FirstOrDefault(tensor => tensor.Place is { Component: Component.Embedding, Part: "embed_tokens" } && tensor.Info.Shape.Length == 2);
        Tokenizer = new Lazy<TokenizerFile?>(() => TokenizerFile.Of(folder.Path));
    }

    /// <summary>The model's name in recipes.</summary>
    public string Name { get; }

    public ModelFolder Folder => _parent.Folder;

    /// <summary>The parts of the model, the language model (or decoder) first.</summary>
    public ImmutableArray<ModuleIndex> Modules { get; }

    public ModuleIndex Main => Modules[0];

    /// <summary>The token embedding, or null when no tensor looks like one.</summary>
    public IndexedTensor? Embedding { get; }

    /// <summary>Null when the model has no tokenizer.json.</summary>
    public Lazy<TokenizerFile?> Tokenizer { get; }

    /// <summary>One of its tensors, with its values.</summary>
    public TensorSource Source(TensorInfo tensor) => _parent.Source(Name, tensor);

    /// <summary>Tokens numbered from here on have no row: what the configuration says, or the embedding when it has fewer rows.</summary>
    public int VocabularySize => Embedding is { } embedding ? (int)Math.Min(Folder.Config.VocabSize, embedding.Info.Shape[0]) : Folder.Config.VocabSize;

    public ModuleIndex? Module(string name) => Modules.FirstOrDefault(module => module.Name == name);

    /// <summary>The language model: as many layers as its configuration says.</summary>
    /// <exception cref="RecipeException">A layer of the configuration has no tensors.</exception>
    private ModuleIndex Text(IndexedTensor[] tensors)
    {
        var count = Folder.Config.NumHiddenLayers;
        var byLayer = tensors.ToLookup(tensor => tensor.Layer);
        var layers = ImmutableArray.CreateBuilder<ImmutableArray<IndexedTensor>>();
        for (var layer = 0; layer < count; layer++)
            layers.Add(byLayer.Contains(layer)
                ? [.. byLayer[layer]]
                : throw new RecipeException($"'{Name}' has {count} layers by its config.json, but no tensor of layer {layer}: "
                    + "configuration and weights are not of one model"));
        // Layers after the last are extra ones for predicting several tokens where the configuration announces them; else they are no part of the model.
        var extra = Folder.Config.Has("num_nextn_predict_layers") ? tensors.Where(tensor => tensor.Layer >= count).Select(tensor => tensor.OutsideLayers()) : [];
        return new ModuleIndex(ModelModules.Text, [.. byLayer[null], .. extra], layers.ToImmutable());
    }
}
