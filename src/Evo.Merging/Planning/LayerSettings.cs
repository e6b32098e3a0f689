using System.Text.Json.Nodes;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>Settings of a config.json that speak of layers, when slices change their number or order.</summary>
internal static class LayerSettings
{
    private static readonly string[] CountKeys = ["num_hidden_layers", "n_layer", "num_layers", "n_layers", "depth"];

    /// <summary>Settings that mean "from layer n on", "every n-th layer" or "layers n, m": they cannot follow layers that move.</summary>
    private static readonly string[] ByPosition =
    [
        "first_k_dense_replace", "num_kv_shared_layers", "sliding_window_pattern", "layer_types_pattern", "attn_layer_period", "full_attention_interval",
        "fullatt_block_indexes", "deepstack_visual_indexes", "global_attn_indexes", "vision_feature_layer",
    ];

    /// <summary>Sets the number of layers, rebuilds arrays of one entry a layer from the layers' own models, and refuses what cannot be rebuilt.</summary>
    /// <exception cref="RecipeException">The architecture has a setting by layer position, or none for the number.</exception>
    public static void Rebuild(MergeRecipe recipe, JsonObject config, OutputModule module, ParentIndex donor)
    {
        var section = Section(config, module.Name);
        foreach (var key in ByPosition)
            if (section[key] is not null)
                throw Refusal(recipe, module, key, donor);
        if (section["use_sliding_window"] is JsonValue sliding && sliding.TryGetValue<bool>(out var on) && on && section["max_window_layers"] is not null)
            throw Refusal(recipe, module, "max_window_layers", donor);
        section[CountKey(recipe, section, module, donor)] = module.LayerCount;
        foreach (var (key, value) in section.ToArray())
        {
            if (value is not JsonArray array || array.Count != module.Donor.LayerCount || !IsByLayer(key))
                continue;
            section[key] = new JsonArray([.. module.Slices.SelectMany(slice => Enumerable.Range(0, slice.LayerCount).Select(layer =>
                Entry(slice.Sources[0].Parent, module.Name, key, slice.Sources[0].FirstLayer + layer)))]);
        }
    }

    private static JsonObject Section(JsonObject config, string module) => (module switch
    {
        ModelModules.Text => config["text_config"],
        "vision_tower" => config["vision_config"],
        "audio_tower" => config["audio_config"],
        _ => null,
    }) as JsonObject ?? config;

    private static string CountKey(MergeRecipe recipe, JsonObject section, OutputModule module, ParentIndex donor)
    {
        string[] keys = module.Name switch
        {
            "decoder" => ["num_decoder_layers", "decoder_layers"],
            "encoder" => ["encoder_layers", "num_layers"],
            _ => CountKeys,
        };
        return keys.FirstOrDefault(section.ContainsKey) ?? (module.Name == ModelModules.Text ? keys[0] : throw recipe.Refuse(module.Slices[0].Place,
            $"config.json of '{donor.Name}' does not say how many layers its {module.Name} has, so no other number can be written; keep its layers as they are"));
    }

    private static bool IsByLayer(string key) =>
        key.Contains("layer", StringComparison.Ordinal) || key.Contains("pattern", StringComparison.Ordinal) || key.EndsWith("_per_block", StringComparison.Ordinal);

    private static JsonNode? Entry(ParentIndex parent, string module, string key, int layer) =>
        Section(parent.Folder.Config.Json, module)[key] is JsonArray array && layer < array.Count
            ? array[layer]?.DeepClone()
            : throw new RecipeException($"'{parent.Name}' has no entry for layer {layer} in '{key}' of its config.json");

    private static RecipeException Refusal(MergeRecipe recipe, OutputModule module, string key, ParentIndex donor) => recipe.Refuse(module.Slices[0].Place,
        $"'{donor.Name}' has '{key}' in its config.json, which depends on a layer's position: its layers cannot be put in another order with 'slices'");
}
