using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Zeroing elements by magnitude or by chance. Magnitudes are compared as the bits of the float without its sign, which order alike.</summary>
internal static class Masks
{
    public const int MagnitudeBits = 0x7FFFFFFF;

    private const uint Infinity = 0x7F800000;

    /// <param name="start">Flat index of the first value, for ties.</param>
    public static void KeepLargest(Span<float> values, long start, MagnitudeCut cut)
    {
        if (cut == MagnitudeCut.Everything)
            return;
        var threshold = BitConverter.SingleToInt32Bits(cut.Threshold);
        var tiesKept = TiesKept(values.Length, start, cut);
        KeepFrom(values[..tiesKept], threshold);
        KeepFrom(values[tiesKept..], threshold + 1);
    }

    /// <param name="start">Flat index of the first value, for ties.</param>
    public static void MarkLargest(Span<float> values, long start, MagnitudeCut cut)
    {
        var threshold = BitConverter.SingleToInt32Bits(cut.Threshold);
        var tiesKept = TiesKept(values.Length, start, cut);
        MarkFrom(values[..tiesKept], threshold);
        MarkFrom(values[tiesKept..], threshold + 1);
    }

    /// <summary>Values that are not finite are kept, so that a defect of a model is never lost by chance.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void KeepRandom(Span<float> values, long start, MaskKey key, double density)
    {
        if (density >= 1)
            return;
        var bound = MaskKey.Bound(density);
        var vectors = MemoryMarshal.Cast<float, Vector<uint>>(values);
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] &= Vector.LessThan(key.Draws(start + (i * Vector<uint>.Count)), new Vector<uint>(bound))
                | Vector.GreaterThanOrEqual(vectors[i] & new Vector<uint>(MagnitudeBits), new Vector<uint>(Infinity));
        for (var i = vectors.Length * Vector<uint>.Count; i < values.Length; i++)
            if (key.Draw(start + i) >= bound && float.IsFinite(values[i]))
                values[i] = 0;
    }

    /// <summary>How many of the values, from the first, stay when they are equal to the threshold.</summary>
    internal static int TiesKept(int length, long start, MagnitudeCut cut) =>
        cut.LastTie < start ? 0 : cut.LastTie - start >= length ? length : (int)(cut.LastTie - start) + 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MarkFrom(Span<float> values, int smallest)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<int>>(values);
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] = Vector.GreaterThanOrEqual(vectors[i] & new Vector<int>(MagnitudeBits), new Vector<int>(smallest))
                & new Vector<int>(BitConverter.SingleToInt32Bits(1));
        for (var i = vectors.Length * Vector<int>.Count; i < values.Length; i++)
            values[i] = (BitConverter.SingleToInt32Bits(values[i]) & MagnitudeBits) >= smallest ? 1 : 0;
    }

    /// <summary>Keeps elements whose magnitude bits are <paramref name="smallest"/> or more; NaN is kept, so that it is not lost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void KeepFrom(Span<float> values, int smallest)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<int>>(values);
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] &= Vector.GreaterThanOrEqual(vectors[i] & new Vector<int>(MagnitudeBits), new Vector<int>(smallest));
        for (var i = vectors.Length * Vector<int>.Count; i < values.Length; i++)
            if ((BitConverter.SingleToInt32Bits(values[i]) & MagnitudeBits) < smallest)
                values[i] = 0;
    }
}
