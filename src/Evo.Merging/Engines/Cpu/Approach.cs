using System.Numerics;
using System.Runtime.InteropServices;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Movement of bounded length towards another vector.</summary>
internal static class Approach
{
    private const float SmallestDifference = 1e-6f;

    /// <summary>
    /// x = w·y + (1 - w)·x, with w = distance / max(|x - y|, 10⁻⁶) within [0, 1]; divided as PyTorch divides a number by a tensor, by the reciprocal, so that the
    /// result is mergekit's bit for bit.
    /// </summary>
    public static void MoveTowards(Span<float> values, ReadOnlySpan<float> targets, float distance)
    {
        var x = MemoryMarshal.Cast<float, Vector<float>>(values);
        var y = MemoryMarshal.Cast<float, Vector<float>>(targets);
        for (var i = 0; i < x.Length; i++)
        {
            var share = Vector<float>.One / Vector.Max(Vector.Abs(x[i] - y[i]), new Vector<float>(SmallestDifference)) * distance;
            share = Vector.Min(Vector.Max(share, Vector<float>.Zero), Vector<float>.One);
            x[i] = (share * y[i]) + ((Vector<float>.One - share) * x[i]);
        }

        for (var i = x.Length * Vector<float>.Count; i < values.Length; i++)
        {
            var share = Math.Clamp(1 / Math.Max(Math.Abs(values[i] - targets[i]), SmallestDifference) * distance, 0, 1);
            values[i] = (share * targets[i]) + ((1 - share) * values[i]);
        }
    }
}
