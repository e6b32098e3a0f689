using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Diagnostics;

/// <summary>What a tensor's values alone say of it: the static part of a parent's diagnosis (arXiv:2605.14386 and the model cards of its releases).</summary>
/// <param name="Entropy">Shannon entropy in bits of the values in 256 equal bins between the smallest and the largest, in [0, 8]; 0 for a constant.</param>
/// <param name="StandardDeviation">Of the population, 0 or more.</param>
/// <param name="Norm">Euclidean norm of all elements, 0 or more.</param>
public readonly record struct StaticSignals(double Entropy, double StandardDeviation, double Norm) : IPreparedValue
{
    /// <summary>Bins of the entropy's histogram. The published systems do not say theirs.</summary>
    public const int Bins = 256;

    /// <summary>The published score ½·H + 0.3·std + 0.002·min(‖T‖, 100). NaN when a value is.</summary>
    public double Score => (0.5 * Entropy) + (0.3 * StandardDeviation) + (0.002 * Math.Min(Norm, 100));

    long IPreparedValue.Bytes => 0; // within the object that holds it

    public bool IsFinite => double.IsFinite(Entropy) && double.IsFinite(StandardDeviation) && double.IsFinite(Norm);

    /// <summary>The signals of a tensor that holds NaN or infinity.</summary>
    internal static StaticSignals None { get; } = new(double.NaN, double.NaN, double.NaN);
}
