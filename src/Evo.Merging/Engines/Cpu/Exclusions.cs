using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Zeroing elements for being large, for being small, or for the score at their place.</summary>
internal static class Exclusions
{
    private const int Infinity = 0x7F800000;

    /// <summary>The complement of <see cref="Masks.KeepLargest"/>; values that are not finite are kept, so that a defect of a model is never lost.</summary>
    public static void DropLargest(Span<float> values, long start, MagnitudeCut cut)
    {
        var threshold = BitConverter.SingleToInt32Bits(cut.Threshold);
        var ties = Masks.TiesKept(values.Length, start, cut);
        DropFrom(values[..ties], threshold);
        DropFrom(values[ties..], threshold + 1);
    }

    /// <summary>Zeroes values whose score is outside the cut; a score that is NaN keeps its value.</summary>
    public static void KeepWhereLargest(Span<float> values, ReadOnlySpan<float> scores, long start, MagnitudeCut cut)
    {
        if (cut == MagnitudeCut.Everything)
            return;
        var threshold = BitConverter.SingleToInt32Bits(cut.Threshold);
        var ties = Masks.TiesKept(values.Length, start, cut);
        KeepWhereFrom(values[..ties], scores[..ties], threshold);
        KeepWhereFrom(values[ties..], scores[ties..], threshold + 1);
    }

    public static void KeepAbove(Span<float> values, float bound) => Masks.KeepFrom(values, BitConverter.SingleToInt32Bits(bound) + 1);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DropFrom(Span<float> values, int smallest)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<int>>(values);
        for (var i = 0; i < vectors.Length; i++)
        {
            var magnitudes = vectors[i] & new Vector<int>(Masks.MagnitudeBits);
            vectors[i] &= Vector.LessThan(magnitudes, new Vector<int>(smallest)) | Vector.GreaterThanOrEqual(magnitudes, new Vector<int>(Infinity));
        }

        for (var i = vectors.Length * Vector<int>.Count; i < values.Length; i++)
            if ((BitConverter.SingleToInt32Bits(values[i]) & Masks.MagnitudeBits) >= smallest && float.IsFinite(values[i]))
                values[i] = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void KeepWhereFrom(Span<float> values, ReadOnlySpan<float> scores, int smallest)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<int>>(values);
        var magnitudes = MemoryMarshal.Cast<float, Vector<int>>(scores);
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] &= Vector.GreaterThanOrEqual(magnitudes[i] & new Vector<int>(Masks.MagnitudeBits), new Vector<int>(smallest));
        for (var i = vectors.Length * Vector<int>.Count; i < values.Length; i++)
            if ((BitConverter.SingleToInt32Bits(scores[i]) & Masks.MagnitudeBits) < smallest)
                values[i] = 0;
    }
}
