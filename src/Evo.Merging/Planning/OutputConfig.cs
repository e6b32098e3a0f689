using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>The config.json of the merged model: the donor's, with the type, the number of layers and settings by layer of the result.</summary>
internal static class OutputConfig
{
    private static readonly string[] LayerCountKeys = ["num_hidden_layers", "n_layer", "num_layers", "n_layers"];

    public static JsonObject Of(MergeRecipe recipe, ImmutableArray<OutputSlice> slices, ParentIndex donor)
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

        if (!recipe.Slices.IsEmpty && !IsWhole(slices, donor))
        {
            var language = config["text_config"] as JsonObject ?? config;
            language[LayerCountKeys.FirstOrDefault(language.ContainsKey, LayerCountKeys[0])] = slices.Sum(slice => slice.LayerCount);
            LayerSettings.Rebuild(language, slices, donor);
        }

        return config;
    }

    /// <summary>True when the slices are the donor's layers, all of them and in their own order.</summary>
    private static bool IsWhole(ImmutableArray<OutputSlice> slices, ParentIndex donor)
    {
        var next = 0;
        foreach (var slice in slices)
        {
            if (slice.Sources.Any(source => source.FirstLayer != next))
                return false;
            next += slice.LayerCount;
        }

        return next == donor.LayerCount;
    }
}
