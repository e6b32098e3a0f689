using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Sums in float64, always in sixteen lanes, so that every processor adds in the same order.</summary>
internal static class Reductions
{
    private const int Lanes = 16;

    public static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var (even, odd) = (Vector512<double>.Zero, Vector512<double>.Zero);
        ref var x = ref MemoryMarshal.GetReference(left);
        ref var y = ref MemoryMarshal.GetReference(right);
        var i = 0;
        for (; i <= left.Length - Lanes; i += Lanes)
        {
            var (xLower, xUpper) = Vector512.Widen(Vector512.LoadUnsafe(ref x, (nuint)i));
            var (yLower, yUpper) = Vector512.Widen(Vector512.LoadUnsafe(ref y, (nuint)i));
            even += xLower * yLower;
            odd += xUpper * yUpper;
        }

        var sum = Total(even + odd);
        for (; i < left.Length; i++)
            sum += (double)Unsafe.Add(ref x, i) * Unsafe.Add(ref y, i);
        return sum;
    }

    public static double SumOfMagnitudes(ReadOnlySpan<float> values)
    {
        var (even, odd) = (Vector512<double>.Zero, Vector512<double>.Zero);
        ref var x = ref MemoryMarshal.GetReference(values);
        var i = 0;
        for (; i <= values.Length - Lanes; i += Lanes)
        {
            var (lower, upper) = Vector512.Widen(Vector512.Abs(Vector512.LoadUnsafe(ref x, (nuint)i)));
            even += lower;
            odd += upper;
        }

        var sum = Total(even + odd);
        for (; i < values.Length; i++)
            sum += Math.Abs(Unsafe.Add(ref x, i));
        return sum;
    }

    private static double Total(Vector512<double> lanes)
    {
        var sum = 0.0;
        for (var lane = 0; lane < Vector512<double>.Count; lane++)
            sum += lanes[lane];
        return sum;
    }
}
