using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Random drop whose probability falls with an element's rank in its row. Ranks come from a distribution sort: magnitudes, scaled to as many buckets as there are
/// elements, are counted into their places in order, and the few that share a bucket are sorted among themselves.
/// </summary>
internal static unsafe class RankedMask
{
    private const int MostInserted = 24;

    /// <summary>Draws have 24 bits here, which float32 holds exactly.</summary>
    private const double Draws = 1 << 24;

    public static void KeepRanked(Span<float> values, long start, MaskKey key, double lowest, double highest, int rowLength)
    {
        var buckets = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, rowLength));
        var keys = ArrayPool<ulong>.Shared.Rent(rowLength);
        var ranks = ArrayPool<int>.Shared.Rent(rowLength);
        var places = ArrayPool<int>.Shared.Rent(buckets);
        fixed (float* data = values)
        fixed (int* rank = ranks, place = places)
        fixed (ulong* sorted = keys)
            for (var row = 0; row < values.Length; row += rowLength)
                if (Largest(data + row, rowLength) is var largest && float.IsFinite(largest) && largest > 0)
                {
                    Rank(data + row, rowLength, largest, place, buckets, sorted, rank);
                    Keep(data + row, rank, rowLength, start + row, key, lowest, highest);
                }

        ArrayPool<ulong>.Shared.Return(keys);
        ArrayPool<int>.Shared.Return(ranks);
        ArrayPool<int>.Shared.Return(places);
    }

    /// <summary>The rank of every element, 0 the smallest magnitude; of equal ones the earlier is lower.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rank(float* values, int length, float largest, int* places, int buckets, ulong* sorted, int* ranks)
    {
        var scale = (buckets - 1) / largest;
        if (!float.IsFinite(scale))
            scale = 0; // all subnormal: one bucket
        var bucketOf = ranks; // until the ranks are known
        Distribute(values, length, scale, bucketOf);
        new Span<int>(places, buckets).Clear();
        for (var i = 0; i < length; i++)
            places[bucketOf[i]]++;
        var sum = 0;
        for (var bucket = 0; bucket < buckets; bucket++)
            (places[bucket], sum) = (sum, sum + places[bucket]);
        for (var i = 0; i < length; i++)
            sorted[places[bucketOf[i]]++] = ((ulong)(BitConverter.SingleToUInt32Bits(values[i]) & Masks.MagnitudeBits) << 32) | (uint)i;

        var first = 0;
        for (var bucket = 0; bucket < buckets; bucket++)
        {
            var end = places[bucket]; // each place has moved to its bucket's end
            if (end - first > 1)
                Sort(sorted + first, end - first);
            first = end;
        }

        for (var rank = 0; rank < length; rank++)
            ranks[(uint)sorted[rank]] = rank;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Distribute(float* values, int length, float scale, int* buckets)
    {
        var i = 0;
        for (; i <= length - Vector<float>.Count; i += Vector<float>.Count)
            Vector.ConvertToInt32(Vector.Abs(Vector.Load(values + i)) * new Vector<float>(scale)).Store(buckets + i);
        for (; i < length; i++)
            buckets[i] = (int)(Math.Abs(values[i]) * scale);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sort(ulong* keys, int count)
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Keep(float* values, int* ranks, int length, long start, MaskKey key, double lowest, double highest)
    {
        var first = (float)((length > 1 ? lowest : (lowest + highest) / 2) * Draws);
        var step = length > 1 ? (float)((highest - lowest) * Draws / (length - 1)) : 0;
        var i = 0;
        var vectors = start >> 32 == (start + length - 1) >> 32 ? length - Vector<float>.Count : -1; // no vector of draws crosses a multiple of 2^32
        for (; i <= vectors; i += Vector<float>.Count)
        {
            var draws = Vector.ConvertToSingle(Vector.AsVectorInt32(key.Draws(start + i) >>> 8));
            var bounds = new Vector<float>(first) + (Vector.ConvertToSingle(Vector.Load(ranks + i)) * new Vector<float>(step));
            Vector.ConditionalSelect(Vector.LessThan(draws, bounds), Vector.Load(values + i), Vector<float>.Zero).Store(values + i);
        }

        for (; i < length; i++)
            if (key.Draw(start + i) >> 8 >= first + (ranks[i] * step))
                values[i] = 0;
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
