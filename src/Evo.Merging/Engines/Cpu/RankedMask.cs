using System.Numerics;
using System.Runtime.CompilerServices;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Random drop whose probability falls with an element's rank in its row. Magnitudes, scaled to as many buckets as there are elements, are counted; the counts bound every
/// element's rank, which decides nearly all draws. Only buckets in which a draw falls between the bounds are put in order.
/// </summary>
internal static unsafe class RankedMask
{
    private const int MostInserted = 24;

    /// <summary>Draws have 24 bits here, which float32 holds exactly.</summary>
    private const double Draws = 1 << 24;

    public static void KeepRanked(Span<float> values, long start, MaskKey key, double lowest, double highest, int rowLength)
    {
        var first = (float)((rowLength > 1 ? lowest : (lowest + highest) / 2) * Draws);
        var step = rowLength > 1 ? (float)((highest - lowest) * Draws / (rowLength - 1)) : 0;
        using var row = new RankedRow(rowLength, first, step);
        fixed (float* data = values)
            for (var at = 0; at < values.Length; at += rowLength)
                if (Largest(data + at, rowLength) is var largest && float.IsFinite(largest) && largest > 0)
                    row.Drop(data + at, largest, start + at, key);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Distribute(float* values, int length, float scale, int* buckets)
    {
        var i = 0;
        for (; i <= length - Vector<float>.Count; i += Vector<float>.Count)
            Vector.ConvertToInt32(Vector.Abs(Vector.Load(values + i)) * new Vector<float>(scale)).Store(buckets + i);
        for (; i < length; i++)
            buckets[i] = (int)(Math.Abs(values[i]) * scale);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Sort(ulong* keys, int count)
    {
        if (count > MostInserted)
        {
            new Span<ulong>(keys, count).Sort();
            return;
        }

        for (var i = 1; i < count; i++)
        {
            var moved = keys[i];
            var hole = i;
            for (; hole > 0 && keys[hole - 1] > moved; hole--)
                keys[hole] = keys[hole - 1];
            keys[hole] = moved;
        }
    }

    /// <summary>The largest magnitude; NaN when there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Largest(float* values, int length)
    {
        var i = 0;
        var bits = (int*)values;
        var largest = Vector<int>.Zero;
        for (; i <= length - Vector<int>.Count; i += Vector<int>.Count)
            largest = Vector.Max(largest, Vector.Load(bits + i) & new Vector<int>(Masks.MagnitudeBits));
        var found = 0;
        for (var lane = 0; lane < Vector<int>.Count; lane++)
            found = Math.Max(found, largest[lane]);
        for (; i < length; i++)
            found = Math.Max(found, bits[i] & Masks.MagnitudeBits);
        return BitConverter.Int32BitsToSingle(found);
    }
}
