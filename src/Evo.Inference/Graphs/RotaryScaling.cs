using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Checkpoints;
using Evo.Checkpoints.Models;

namespace Evo.Inference.Graphs;

/// <summary>
/// Rotary position embedding as <c>config.json</c> describes it: <c>rope_theta</c> with <c>rope_scaling</c>, or <c>rope_parameters</c> in newer files.
/// The variants are those of Transformers' <c>modeling_rope_utils.py</c>.
/// </summary>
/// <param name="Frequencies">Radians per position of each pair of channels: half the head size of them.</param>
/// <param name="Magnitude">Factor on cosines and sines (yarn's attention factor); 1 otherwise.</param>
internal sealed record RotaryScaling(ImmutableArray<float> Frequencies, float Magnitude)
{
    private static readonly ImmutableArray<string> KnownFields =
    [
        "type", "rope_type", "rope_theta", "partial_rotary_factor", "factor", "original_max_position_embeddings", "low_freq_factor", "high_freq_factor",
        "beta_fast", "beta_slow", "attention_factor", "mscale", "mscale_all_dim", "truncate", "finetuned",
    ];

    /// <exception cref="CheckpointException">A variant or field that is not known: silently left out it would change every number.</exception>
    public static RotaryScaling Read(ModelConfig config, int headSize, int contextLength)
    {
        var field = config.Has("rope_parameters") ? "rope_parameters" : "rope_scaling";
        var settings = config.Json[field];
        if (settings is not (null or JsonObject))
            throw new CheckpointException(config.Path, $"'{field}' must be an object or null.");
        var values = new RotaryFields(config.Path, field, settings as JsonObject ?? []);
        values.RefuseUnknown(KnownFields);
        var theta = values.Number("rope_theta") ?? config.Number("rope_theta", 10_000);
        if (!(theta > 1) || !double.IsFinite(theta))
            throw new CheckpointException(config.Path, $"'rope_theta' must be above 1, but is {theta}.");
        var plain = Enumerable.Range(0, headSize / 2).Select(pair => 1 / Math.Pow(theta, 2.0 * pair / headSize)).ToArray();
        var kind = values.Text("rope_type") ?? values.Text("type") ?? "default";
        return kind switch
        {
            "default" => new RotaryScaling(Rounded(plain), 1),

            // Dynamic scaling starts beyond max_position_embeddings, which is where our context ends.
            "dynamic" => new RotaryScaling(Rounded(plain), 1),
            "linear" => new RotaryScaling(Rounded(plain.Select(frequency => frequency / values.Positive("factor"))), 1),
            "llama3" => new RotaryScaling(Rounded(plain.Select(frequency => Llama3(frequency, values))), 1),
            "yarn" => Yarn(plain, theta, headSize, contextLength, values),
            _ => throw values.Refusal("rope_type", $"is '{kind}'; supported are default, linear, dynamic, llama3 and yarn"),
        };
    }

    /// <summary>Cosines and sines of every position, [positions, head size / 2] each, in float32 steps as Transformers computes them.</summary>
    public void Fill(Span<float> cosines, Span<float> sines)
    {
        var pairs = Frequencies.Length;
        for (var index = 0; index < cosines.Length; index++)
        {
            var angle = (float)(index / pairs) * Frequencies[index % pairs];
            cosines[index] = (float)Math.Cos(angle) * Magnitude;
            sines[index] = (float)Math.Sin(angle) * Magnitude;
        }
    }

    /// <summary>Llama 3.1: slow channels are slowed by the factor, fast ones kept, those between blended.</summary>
    private static double Llama3(double frequency, RotaryFields values)
    {
        var factor = values.Positive("factor");
        var (low, high) = (values.Positive("low_freq_factor"), values.Positive("high_freq_factor"));
        var original = values.Positive("original_max_position_embeddings");
        var wavelength = 2 * Math.PI / frequency;
        if (wavelength > original / low)
            return frequency / factor;
        if (wavelength < original / high)
            return frequency;
        var smooth = ((original / wavelength) - low) / (high - low);
        return ((1 - smooth) * frequency / factor) + (smooth * frequency);
    }

    /// <summary>YaRN (Peng et al. 2023, arXiv:2309.00071), equations 21 to 23 with Transformers' defaults.</summary>
    private static RotaryScaling Yarn(double[] plain, double theta, int headSize, int contextLength, RotaryFields values)
    {
        var original = values.Number("original_max_position_embeddings") ?? contextLength;
        var factor = values.Number("factor") is null ? contextLength / original : values.Positive("factor");
        double CorrectionDimension(double rotations) => headSize * Math.Log(original / (rotations * 2 * Math.PI)) / (2 * Math.Log(theta));
        var low = CorrectionDimension(values.Number("beta_fast") ?? 32);
        var high = CorrectionDimension(values.Number("beta_slow") ?? 1);
        if (values.Flag("truncate") ?? true)
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, headSize - 1));
        if (low == high)
            high += 0.001;
        var frequencies = plain.Select((frequency, pair) =>
        {
            var ramp = Math.Clamp((pair - low) / (high - low), 0, 1);
            return (frequency / factor * ramp) + (frequency * (1 - ramp));
        });
        double Scale(double mscale) => factor <= 1 ? 1 : (0.1 * mscale * Math.Log(factor)) + 1;
        var (mscale, allDimensions) = (values.Number("mscale") ?? 0, values.Number("mscale_all_dim") ?? 0);
        var magnitude = values.Number("attention_factor") ?? (mscale != 0 && allDimensions != 0 ? Scale(mscale) / Scale(allDimensions) : Scale(1));
        return new RotaryScaling(Rounded(frequencies), (float)magnitude);
    }

    private static ImmutableArray<float> Rounded(IEnumerable<double> frequencies) => [.. frequencies.Select(frequency => (float)frequency)];
}
