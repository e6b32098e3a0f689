using System.Globalization;

namespace Evo.Checkpoints.Architectures;

/// <summary>Infers a tensor's place from its Hugging Face name, by <see cref="TensorNameTable"/>.</summary>
public static class TensorPlaces
{
    private static readonly string[] Containers = ["layers", "h", "blocks", "block", "layer"];
    private static readonly string[] OtherTowers = ["vision", "visual", "audio", "speech", "image"];
    private static readonly string[] Attentions = ["attn", "attention"];
    private static readonly string[] FeedForwards = ["mlp", "feed_forward", "ffn", "moe", "experts"];

    /// <summary>
    /// The place of the tensor. Never fails: an unknown name is told by the modules that it lies in (a norm, an attention, an mlp), else it
    /// is
    /// <see cref="Component.Other"/>; its part is then the name of its innermost module. Towers of multimodal models (vision, audio) are
    /// <see cref="Component.Other"/> and in no layer.
    /// </summary>
    public static TensorPlace Of(string tensorName)
    {
        ArgumentNullException.ThrowIfNull(tensorName);
        var segments = tensorName.Split('.');
        var (module, innermost) = Module(tensorName, segments);
        if (segments.Any(segment => OtherTowers.Any(tower => segment.StartsWith(tower, StringComparison.Ordinal))))
            return new TensorPlace(null, Component.Other, innermost);

        int? layer = LayerSegment(segments) is { } at ? int.Parse(segments[at], CultureInfo.InvariantCulture) : null;
        foreach (var row in TensorNameTable.Rows)
        {
            if (row.InLayer is { } inLayer && inLayer != layer.HasValue)
                continue;
            if (EndsWithModule(tensorName, row.Path) || EndsWithModule(module, row.Path))
                return new TensorPlace(layer, row.Component, row.Part);
        }

        return new TensorPlace(layer, Guess(segments, innermost), innermost);
    }

    /// <summary>
    /// Which of the name's segments, split at dots, is the layer's number; null outside the layers. A number with leading zeros is no layer's.
    /// </summary>
    public static int? LayerSegment(ReadOnlySpan<string> segments)
    {
        for (var i = 0; i + 1 < segments.Length; i++)
        {
            if (Containers.Contains(segments[i])
                && int.TryParse(segments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out _)
                && (segments[i + 1] == "0" || segments[i + 1][0] != '0'))
                return i + 1;
        }

        return null;
    }

    /// <summary>The tensor's module: its name without <c>.weight</c>, <c>.bias</c> and the suffixes of quantised weights.</summary>
    private static (string Module, string Innermost) Module(string name, string[] segments)
    {
        var last = segments[^1];
        var isParameter = segments.Length > 1
            && (last is "weight" or "bias" or "scales" or "qweight" or "qzeros" or "g_idx"
                || last.StartsWith("weight_", StringComparison.Ordinal));
        return isParameter ? (name[..^(last.Length + 1)], segments[^2]) : (name, last);
    }

    private static bool EndsWithModule(string name, string path) =>
        name.EndsWith(path, StringComparison.Ordinal) && (name.Length == path.Length || name[^(path.Length + 1)] == '.');

    private static Component Guess(string[] segments, string innermost)
    {
        if (innermost.Contains("norm", StringComparison.OrdinalIgnoreCase) || innermost.StartsWith("ln_", StringComparison.Ordinal))
            return Component.Norm;
        if (segments.Any(segment => Attentions.Any(word => segment.Contains(word, StringComparison.Ordinal))))
            return Component.Attention;
        if (segments.Any(segment => FeedForwards.Any(word => segment.Contains(word, StringComparison.Ordinal))))
            return Component.Mlp;
        return innermost.Contains("embed", StringComparison.Ordinal) ? Component.Embedding : Component.Other;
    }
}
