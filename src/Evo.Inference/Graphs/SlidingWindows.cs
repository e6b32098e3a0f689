using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Checkpoints;
using Evo.Checkpoints.Models;

namespace Evo.Inference.Graphs;

/// <summary>Which layers see only a window of the newest tokens: Mistral's <c>sliding_window</c>, Qwen's with its switch and layers, and <c>layer_types</c>.</summary>
internal static class SlidingWindows
{
    private const int MistralDefault = 4096; // when the file leaves the field out; null in the file means none

    /// <summary>The window of every layer; 0 where it is not shorter than the context.</summary>
    public static ImmutableArray<int> Read(ModelConfig config, int layers, int contextLength)
    {
        var window = Window(config);
        if (window >= contextLength)
            window = 0;
        var sliding = LayerTypes(config, layers) ?? ByDepth(config, layers);
        return [.. sliding.Select(slides => slides ? window : 0)];
    }

    private static int Window(ModelConfig config)
    {
        var isQwen = config.ModelType is "qwen2" or "qwen3";
        if (config.ModelType == "llama" || (isQwen && !config.Flag("use_sliding_window", false)))
            return 0;
        var window = config.Has("sliding_window") || (config.Json.ContainsKey("sliding_window") && !isQwen)
            ? config.Integer("sliding_window", 0)
            : MistralDefault;
        return window >= 0 ? window : throw new CheckpointException(config.Path, "'sliding_window' must not be negative.");
    }

    private static ImmutableArray<bool>? LayerTypes(ModelConfig config, int layers)
    {
        if (!config.Has("layer_types"))
            return null;
        var types = (config.Json["layer_types"] as JsonArray)?.Select(type => (type as JsonValue)?.ToString()).ToArray();
        if (types is null || types.Length != layers || types.Any(type => type is not ("full_attention" or "sliding_attention")))
            throw new CheckpointException(config.Path, $"'layer_types' must list full_attention or sliding_attention for each of the {layers} layers.");
        return [.. types.Select(type => type == "sliding_attention")];
    }

    private static ImmutableArray<bool> ByDepth(ModelConfig config, int layers)
    {
        var first = config.ModelType is "qwen2" or "qwen3" ? config.Integer("max_window_layers", 28) : 0;
        return [.. Enumerable.Range(0, layers).Select(layer => layer >= first)];
    }
}
