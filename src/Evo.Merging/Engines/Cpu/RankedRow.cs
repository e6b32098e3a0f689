using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Working memory for random drops by rank in rows of one length. An element of rank r (0 the smallest magnitude; of equal ones the earlier is lower) stays when its draw
/// is below first + r · step.
/// </summary>
internal sealed unsafe class RankedRow(int length, float first, float step) : IDisposable
{
    private readonly int _buckets = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, length));
    private readonly int[] _bucketOf = ArrayPool<int>.Shared.Rent(length);
    private readonly float[] _draws = ArrayPool<float>.Shared.Rent(length);
    private readonly int[] _open = ArrayPool<int>.Shared.Rent(length);
    private readonly ulong[] _sorted = ArrayPool<ulong>.Shared.Rent(length);
    private readonly int[] _starts = ArrayPool<int>.Shared.Rent((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, length)) + 1);
    private readonly int[] _places = ArrayPool<int>.Shared.Rent((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, length)));

    /// <param name="largest">The row's largest magnitude, finite and greater than 0.</param>
    /// <param name="start">Flat index of the row's first element.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Drop(float* values, float largest, long start, MaskKey key)
    {
        fixed (int* bucketOf = _bucketOf, starts = _starts, open = _open)
        fixed (float* draws = _draws)
        {
            var scale = (_buckets - 1) / largest;
            RankedMask.Distribute(values, length, float.IsFinite(scale) ? scale : 0, bucketOf); // all subnormal: one bucket
            Count(bucketOf, starts);
            Draw(draws, start, key);
            var undecided = 0;
            for (var i = 0; i < length; i++)
            {
                var bucket = bucketOf[i];
                if (draws[i] < first + (starts[bucket] * step))
                    draws[i] = Kept;
                else if (draws[i] >= first + ((starts[bucket + 1] - 1) * step))
                    draws[i] = Dropped;
                else
                    open[undecided++] = i;
            }

            if (undecided > 0)
                Decide(values, bucketOf, starts, draws, undecided);
            Apply(values, draws);
        }
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_bucketOf);
        ArrayPool<float>.Shared.Return(_draws);
        ArrayPool<int>.Shared.Return(_open);
        ArrayPool<ulong>.Shared.Return(_sorted);
        ArrayPool<int>.Shared.Return(_starts);
        ArrayPool<int>.Shared.Return(_places);
    }

    /// <summary>What stands in the place of a draw when it is decided: no draw is below 0.</summary>
    private const float Kept = -1;

    private const float Dropped = -2;

    /// <summary>First rank of every bucket; the entry after the last is the number of elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Count(int* bucketOf, int* starts)
    {
        new Span<int>(starts, _buckets + 1).Clear();
        for (var i = 0; i < length; i++)
            starts[bucketOf[i] + 1]++;
        for (var bucket = 0; bucket < _buckets; bucket++)
            starts[bucket + 1] += starts[bucket];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Draw(float* draws, long start, MaskKey key)
    {
        var i = 0;
        var vectors = start >> 32 == (start + length - 1) >> 32 ? length - Vector<float>.Count : -1; // no vector of draws crosses a multiple of 2^32
        for (; i <= vectors; i += Vector<float>.Count)
            Vector.ConvertToSingle(Vector.AsVectorInt32(key.Draws(start + i) >>> 8)).Store(draws + i);
        for (; i < length; i++)
            draws[i] = key.Draw(start + i) >> 8;
    }

    /// <summary>Puts the buckets of undecided draws in order, and decides these by their exact ranks.</summary>
    private void Decide(float* values, int* bucketOf, int* starts, float* draws, int undecided)
    {
        fixed (int* places = _places, open = _open)
        fixed (ulong* sorted = _sorted)
        {
            new Span<int>(places, _buckets).Fill(-1);
            for (var i = 0; i < undecided; i++)
                places[bucketOf[open[i]]] = starts[bucketOf[open[i]]];
            for (var i = 0; i < length; i++)
                if (places[bucketOf[i]] >= 0)
                    sorted[places[bucketOf[i]]++] = Key(values, i);
            for (var i = 0; i < undecided; i++)
            {
                var bucket = bucketOf[open[i]];
                var (from, count) = (starts[bucket], starts[bucket + 1] - starts[bucket]);
                if (places[bucket] >= 0)
                    RankedMask.Sort(sorted + from, count);
                places[bucket] = -1; // in order now
                var rank = from + new Span<ulong>(sorted + from, count).BinarySearch(Key(values, open[i]));
                draws[open[i]] = draws[open[i]] < first + (rank * step) ? Kept : Dropped;
            }
        }
    }

    private static ulong Key(float* values, int index) =>
        ((ulong)(BitConverter.SingleToUInt32Bits(values[index]) & Masks.MagnitudeBits) << 32) | (uint)index;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Apply(float* values, float* draws)
    {
        var i = 0;
        for (; i <= length - Vector<float>.Count; i += Vector<float>.Count)
            Vector.ConditionalSelect(Vector.Equals(Vector.Load(draws + i), new Vector<float>(Kept)), Vector.Load(values + i), Vector<float>.Zero).Store(values + i);
        for (; i < length; i++)
            if (draws[i] != Kept)
                values[i] = 0;
    }
}
