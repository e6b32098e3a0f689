using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Merging.Planning.Vocabularies;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>
/// The config.json of the merged model: the donor's, with the type, the numbers of layers, the vocabulary and the settings by layer of the result.
/// </summary>
internal sealed class OutputConfig(MergeRecipe recipe, ParentIndex donor, VocabularyTensors vocabulary, PlanNotes notes)
{
    public JsonObject Of(ImmutableArray<OutputModule> modules, bool untiesHead)
    {
        var config = (JsonObject)donor.Folder.Config.Json.DeepClone();
        config.Remove("_name_or_path"); // a path of the machine that trained it
        if ((recipe.OutDtype ?? recipe.Dtype) is { } type)
        {
            if (config.ContainsKey("dtype"))
                config["dtype"] = type;
            if (config.ContainsKey("torch_dtype") || !config.ContainsKey("dtype"))
                config["torch_dtype"] = type;
        }

        foreach (var module in modules)
            if (!module.KeepsLayers)
                LayerSettings.Rebuild(recipe, config, module, donor);
        if (untiesHead)
            foreach (var section in Sections(config))
                if (section == config || section.ContainsKey("tie_word_embeddings"))
                    section["tie_word_embeddings"] = false;
        if (vocabulary.IsChanged)
            SetVocabulary(config);
        return config;
    }

    private void SetVocabulary(JsonObject config)
    {
        var holders = Sections(config).Where(section => section.ContainsKey("vocab_size")).ToArray();
        foreach (var section in holders.Length > 0 ? holders : [config])
            section["vocab_size"] = checked((int)vocabulary.RowCount!.Value);
        if (vocabulary.Vocabulary is { } tokens)
            new TokenIds(tokens, donor, notes).Rewrite(config, Owners(tokens, "config.json"));
    }

    /// <summary>A JSON file of the model that lends its tokenizer; null when that is the donor, or it has none.</summary>
    internal JsonObject? Owners(OutputVocabulary tokens, string fileName) =>
        tokens.Owner != donor.Folder.Path && Path.Combine(tokens.Owner, fileName) is var file && File.Exists(file) ? TokenizerFiles.Read(file) : null;

    private static IEnumerable<JsonObject> Sections(JsonObject config) =>
        config["text_config"] is JsonObject text ? [config, text] : [config];
}
