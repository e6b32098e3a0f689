using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Exact cuts of a large tensor in little memory, by radix selection on the 31 magnitude bits: a histogram of the upper 16 is made once; a cut needs
/// one more pass, over the 15 lower bits of a single bucket, and a third one only when it falls among equal magnitudes.
/// </summary>
internal sealed class MagnitudeHistogram : IMagnitudeOrder
{
    private const int LowerBits = 15;
    private const int Buckets = 1 << 16;
    private const int MostCutsKept = 64;

    private readonly CpuTensorInputs _inputs;
    private readonly int _model;
    private readonly long[] _counts;
    private readonly int _firstBucket;
    private readonly ConcurrentDictionary<long, MagnitudeCut> _cuts = new();

    public MagnitudeHistogram(CpuTensorInputs inputs, int model)
    {
        _inputs = inputs;
        _model = model;
        var counts = Count(Buckets, static (values, histogram) =>
        {
            foreach (var value in values)
                histogram[(value & Masks.MagnitudeBits) >> LowerBits]++;
        });
        _firstBucket = Array.FindIndex(counts, count => count > 0);
        _counts = counts[_firstBucket..(Array.FindLastIndex(counts, count => count > 0) + 1)];
    }

    public MagnitudeCut Largest(long count)
    {
        if (count >= _inputs.ElementCount)
            return MagnitudeCut.Everything;
        if (count <= 0)
            return MagnitudeCut.Nothing;
        if (_cuts.TryGetValue(count, out var known))
            return known;
        if (_cuts.Count >= MostCutsKept)
            _cuts.Clear();
        return _cuts[count] = Find(count);
    }

    private MagnitudeCut Find(long count)
    {
        var (position, inBucket) = Descend(_counts, count);
        var bucket = position + _firstBucket;
        var lower = Count(1 << LowerBits, (values, histogram) => CountLowerBits(values, bucket, histogram));
        var (lowerBits, ties) = Descend(lower, inBucket);
        var magnitude = (bucket << LowerBits) | lowerBits;
        if (magnitude == 0)
            return MagnitudeCut.Everything; // what is cut among zeros stays zero
        return new MagnitudeCut(
            BitConverter.Int32BitsToSingle(magnitude), ties == lower[lowerBits] ? long.MaxValue : IndexOfTie(magnitude, ties));
    }

    /// <summary>The bucket that holds the <paramref name="rank"/>-th largest element, and that element's rank within it (from 1).</summary>
    private static (int Bucket, long Rank) Descend(long[] counts, long rank)
    {
        var bucket = counts.Length - 1;
        for (; counts[bucket] < rank; bucket--)
            rank -= counts[bucket];
        return (bucket, rank);
    }

    private static void CountLowerBits(ReadOnlySpan<int> values, int bucket, Span<int> histogram)
    {
        var i = 0;
        for (; i <= values.Length - Vector512<int>.Count; i += Vector512<int>.Count)
        {
            var magnitudes = Vector512.Create(values.Slice(i, Vector512<int>.Count)) & Vector512.Create(Masks.MagnitudeBits);
            var hits = Vector512.Equals(magnitudes >> LowerBits, Vector512.Create(bucket)).ExtractMostSignificantBits();
            for (; hits != 0; hits &= hits - 1)
                histogram[values[i + BitOperations.TrailingZeroCount(hits)] & ((1 << LowerBits) - 1)]++;
        }

        for (; i < values.Length; i++)
            if ((values[i] & Masks.MagnitudeBits) >> LowerBits == bucket)
                histogram[values[i] & ((1 << LowerBits) - 1)]++;
    }

    private static int CountTies(ReadOnlySpan<int> values, int magnitude)
    {
        var (i, count) = (0, 0);
        for (; i <= values.Length - Vector512<int>.Count; i += Vector512<int>.Count)
        {
            var magnitudes = Vector512.Create(values.Slice(i, Vector512<int>.Count)) & Vector512.Create(Masks.MagnitudeBits);
            count += BitOperations.PopCount(Vector512.Equals(magnitudes, Vector512.Create(magnitude)).ExtractMostSignificantBits());
        }

        for (; i < values.Length; i++)
            count += (values[i] & Masks.MagnitudeBits) == magnitude ? 1 : 0;
        return count;
    }

    /// <summary>Flat index of the <paramref name="rank"/>-th element (from 1) of exactly this magnitude.</summary>
    private long IndexOfTie(int magnitude, long rank)
    {
        var ties = new long[_inputs.SegmentCount];
        _inputs.ForEachSegment((segment, runs) => runs(run => ties[segment] += CountTies(Bits(run), magnitude)));
        var wanted = 0;
        for (; ties[wanted] < rank; wanted++)
            rank -= ties[wanted];

        var index = -1L;
        _inputs.ForEachSegment((segment, runs) =>
        {
            if (segment != wanted)
                return;
            runs(run =>
            {
                var values = Bits(run);
                for (var i = 0; i < values.Length && index < 0; i++)
                    if ((values[i] & Masks.MagnitudeBits) == magnitude && --rank == 0)
                        index = run.Start + i;
            });
        });
        return index;
    }

    private long[] Count(int buckets, Histogram count)
    {
        var total = new long[buckets];
        _inputs.ForEachSegment((_, runs) =>
        {
            var partial = new int[buckets];
            runs(run => count(Bits(run), partial));
            lock (total)
            {
                for (var bucket = 0; bucket < buckets; bucket++)
                    total[bucket] += partial[bucket];
            }
        });
        return total;
    }

    private ReadOnlySpan<int> Bits(CpuRun run) => MemoryMarshal.Cast<float, int>(((CpuBlock)run.TaskVector(_model)).Values);

    private delegate void Histogram(ReadOnlySpan<int> values, Span<int> histogram);
}
