using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.Intrinsics;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Exact cuts of a large tensor in little memory, by radix selection on the 31 magnitude bits: a histogram of the upper 16 is made once; a cut needs
/// one more pass, over the 15 lower bits of a single bucket, and a third one only when it falls among equal magnitudes.
/// </summary>
internal sealed class MagnitudeHistogram : IMagnitudeOrder, IPreparedValue
{
    private const int LowerBits = 15;
    private const int Buckets = 1 << 16;
    private const int MostCutsKept = 64;

    private readonly MagnitudeScan _scan;
    private readonly long[] _counts;
    private readonly int _firstBucket;
    private readonly ConcurrentDictionary<long, MagnitudeCut> _cuts = new();

    public MagnitudeHistogram(MagnitudeScan scan)
    {
        _scan = scan.Coarse();
        var counts = Count(_scan, Buckets, CountUpperBits);
        _firstBucket = Array.FindIndex(counts, count => count > 0);
        _counts = counts[_firstBucket..(Array.FindLastIndex(counts, count => count > 0) + 1)];
    }

    public long Bytes => (_counts.LongLength * sizeof(long)) + (MostCutsKept * 32);

    public long NonZeroCount => _firstBucket == 0 ? _scan.ElementCount - _counts[0] : _scan.ElementCount;

    public MagnitudeCut Largest(long count)
    {
        if (count >= _scan.ElementCount)
            return MagnitudeCut.Everything;
        if (count <= 0)
            return MagnitudeCut.Nothing;
        if (_cuts.TryGetValue(count, out var known))
            return known;
        if (_cuts.Count >= MostCutsKept)
            _cuts.Clear();
        return _cuts[count] = Find(count);
    }

    public float Magnitude(long rank) => BitConverter.Int32BitsToSingle(Bits(rank).Magnitude);

    public double SumOfLargest(long count) => _scan.SumOf(Largest(count));

    private MagnitudeCut Find(long count)
    {
        var (magnitude, rank, ties) = Bits(count);
        if (magnitude == 0)
            return MagnitudeCut.Everything; // what is cut among zeros stays zero
        return new MagnitudeCut(BitConverter.Int32BitsToSingle(magnitude), rank == ties ? long.MaxValue : IndexOfTie(magnitude, rank));
    }

    /// <summary>The magnitude bits at a rank, the rank among the elements that have them, and the number of those.</summary>
    private (int Magnitude, long Rank, long Ties) Bits(long rank)
    {
        var (position, inBucket) = Descend(_counts, rank);
        var bucket = position + _firstBucket;
        var lower = Count(_scan, 1 << LowerBits, (values, histogram) => CountLowerBits(values, bucket, histogram));
        var (lowerBits, among) = Descend(lower, inBucket);
        return ((bucket << LowerBits) | lowerBits, among, lower[lowerBits]);
    }

    /// <summary>The bucket that holds the <paramref name="rank"/>-th largest element, and that element's rank within it (from 1).</summary>
    private static (int Bucket, long Rank) Descend(long[] counts, long rank)
    {
        var bucket = counts.Length - 1;
        for (; counts[bucket] < rank; bucket--)
            rank -= counts[bucket];
        return (bucket, rank);
    }

    /// <summary>The counts that are not 0: of the upper bits, or of the lower bits of those with the given upper ones.</summary>
    public static ImmutableArray<(int Bits, long Count)> Counts(MagnitudeScan scan, int? upper)
    {
        var counts = upper is { } bucket
            ? Count(scan, 1 << LowerBits, (values, histogram) => CountLowerBits(values, bucket, histogram))
            : Count(scan, Buckets, CountUpperBits);
        return [.. counts.Index().Where(pair => pair.Item > 0).Select(pair => (pair.Index, pair.Item))];
    }

    private static void CountUpperBits(ReadOnlySpan<int> values, Span<int> histogram)
    {
        foreach (var value in values)
            histogram[(value & Masks.MagnitudeBits) >> LowerBits]++;
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

    /// <summary>Flat index of the <paramref name="rank"/>-th element (from 1) of exactly this magnitude.</summary>
    private long IndexOfTie(int magnitude, long rank)
    {
        var ties = new long[_scan.SegmentCount];
        _scan.ForEachSegment((segment, runs) => runs((_, bits) => ties[segment] += MagnitudeScan.Count(bits, magnitude)));
        var wanted = 0;
        for (; ties[wanted] < rank; wanted++)
            rank -= ties[wanted];
        return _scan.IndexOf(wanted, magnitude, rank);
    }

    private static long[] Count(MagnitudeScan scan, int buckets, Histogram count)
    {
        var total = new long[buckets];
        scan.ForEachSegment((_, runs) =>
        {
            var partial = new int[buckets];
            runs((_, bits) => count(bits, partial));
            lock (total)
            {
                for (var bucket = 0; bucket < buckets; bucket++)
                    total[bucket] += partial[bucket];
            }
        });
        return total;
    }

    private delegate void Histogram(ReadOnlySpan<int> values, Span<int> histogram);
}
