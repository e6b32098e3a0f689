using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Evo.Merging.Engines.Cpu.Fused;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Sums in float64, always in sixteen lanes, so that every processor adds in the same order.</summary>
internal static class Reductions
{
    private const int Lanes = 16;

    public static unsafe double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        fixed (float* x = left, y = right)
            return Dot<SingleInput>((byte*)x, (byte*)y, left.Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe double Dot<TInput>(byte* left, byte* right, int length)
        where TInput : struct, IInputElements
    {
        var (even, odd) = (Vector512<double>.Zero, Vector512<double>.Zero);
        var (i, count) = ((nuint)0, (nuint)length);
        for (; i + Lanes <= count; i += Lanes)
        {
            var (xLower, xUpper) = Vector512.Widen(TInput.Load(left, i));
            var (yLower, yUpper) = Vector512.Widen(TInput.Load(right, i));
            even += xLower * yLower;
            odd += xUpper * yUpper;
        }

        var sum = Total(even + odd);
        for (; i < count; i++)
            sum += (double)TInput.LoadOne(left, i) * TInput.LoadOne(right, i);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    /// <param name="start">Flat index of the first value.</param>
    public static void AddColumnProducts(ReadOnlySpan<float> left, ReadOnlySpan<float> right, long start, Span<double> sums)
    {
        var column = (int)(start % sums.Length);
        while (!left.IsEmpty)
        {
            var length = Math.Min(left.Length, sums.Length - column);
            AddProducts(left[..length], right[..length], sums.Slice(column, length));
            left = left[length..];
            right = right[length..];
            column = 0;
        }
    }

    private static void AddProducts(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<double> sums)
    {
        ref var x = ref MemoryMarshal.GetReference(left);
        ref var y = ref MemoryMarshal.GetReference(right);
        ref var sum = ref MemoryMarshal.GetReference(sums);
        var i = 0;
        for (; i <= left.Length - Lanes; i += Lanes)
        {
            var (xLower, xUpper) = Vector512.Widen(Vector512.LoadUnsafe(ref x, (nuint)i));
            var (yLower, yUpper) = Vector512.Widen(Vector512.LoadUnsafe(ref y, (nuint)i));
            (Vector512.LoadUnsafe(ref sum, (nuint)i) + (xLower * yLower)).StoreUnsafe(ref sum, (nuint)i);
            (Vector512.LoadUnsafe(ref sum, (nuint)(i + (Lanes / 2))) + (xUpper * yUpper)).StoreUnsafe(ref sum, (nuint)(i + (Lanes / 2)));
        }

        for (; i < left.Length; i++)
            Unsafe.Add(ref sum, i) += (double)Unsafe.Add(ref x, i) * Unsafe.Add(ref y, i);
    }

    public static double Total(Vector512<double> lanes)
    {
        var sum = 0.0;
        for (var lane = 0; lane < Vector512<double>.Count; lane++)
            sum += lanes[lane];
        return sum;
    }
}
