using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Evo.Merging.Planning;

/// <summary>Settings of a config.json that speak of single layers, when slices put layers in another order.</summary>
internal static class LayerSettings
{
    /// <summary>Numbers that mean "from layer n on" or "every n-th layer": they cannot follow layers that move.</summary>
    private static readonly string[] ByPosition =
        ["first_k_dense_replace", "num_kv_shared_layers", "sliding_window_pattern", "layer_types_pattern", "attn_layer_period", "full_attention_interval"];

    /// <summary>Rebuilds arrays of one entry a layer from the layers' own models, and refuses what cannot be rebuilt.</summary>
    /// <exception cref="RecipeException">The architecture has a setting by layer position.</exception>
    public static void Rebuild(JsonObject config, ImmutableArray<OutputSlice> slices, ParentIndex donor)
    {
        foreach (var key in ByPosition)
            if (config[key] is not null)
                throw Refusal(key, donor);
        if (config["use_sliding_window"] is JsonValue sliding && sliding.TryGetValue<bool>(out var on) && on && config["max_window_layers"] is not null)
            throw Refusal("max_window_layers", donor);
        foreach (var (key, value) in config.ToArray())
        {
            if (value is not JsonArray array || array.Count != donor.LayerCount || !IsByLayer(key))
                continue;
            config[key] = new JsonArray([.. slices.SelectMany(slice => Enumerable.Range(0, slice.LayerCount).Select(layer =>
                Entry(slice.Sources[0].Parent, key, slice.Sources[0].FirstLayer + layer)))]);
        }
    }

    private static bool IsByLayer(string key) =>
        key.Contains("layer", StringComparison.Ordinal) || key.Contains("pattern", StringComparison.Ordinal) || key.EndsWith("_per_block", StringComparison.Ordinal);

    private static JsonNode? Entry(ParentIndex parent, string key, int layer) =>
        parent.Folder.Config.Json[key] is JsonArray array && layer < array.Count
            ? array[layer]?.DeepClone()
            : throw new RecipeException($"'{parent.Name}' has no entry for layer {layer} in '{key}' of its config.json");

    private static RecipeException Refusal(string key, ParentIndex donor) => new(
        $"'{donor.Name}' has '{key}' in its config.json, which depends on a layer's position: its layers cannot be put in another order with 'slices'");
}
