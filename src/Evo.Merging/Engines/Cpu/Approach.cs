using System.Numerics;
using System.Runtime.InteropServices;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Movement of bounded length towards another vector.</summary>
internal static class Approach
{
    private const float SmallestDifference = 1e-6f;

    /// <summary>x = w·y + (1 - w)·x, with w = distance / max(|x - y|, 10⁻⁶) within [0, 1].</summary>
    public static void MoveTowards(Span<float> values, ReadOnlySpan<float> targets, float distance)
    {
        var x = MemoryMarshal.Cast<float, Vector<float>>(values);
        var y = MemoryMarshal.Cast<float, Vector<float>>(targets);
        for (var i = 0; i < x.Length; i++)
        {
            var share = new Vector<float>(distance) / Vector.Max(Vector.Abs(x[i] - y[i]), new Vector<float>(SmallestDifference));
            share = Vector.Min(Vector.Max(share, Vector<float>.Zero), Vector<float>.One);
            x[i] = (share * y[i]) + ((Vector<float>.One - share) * x[i]);
        }

        for (var i = x.Length * Vector<float>.Count; i < values.Length; i++)
        {
            var share = Math.Clamp(distance / Math.Max(Math.Abs(values[i] - targets[i]), SmallestDifference), 0, 1);
            values[i] = (share * targets[i]) + ((1 - share) * values[i]);
        }
    }
}
