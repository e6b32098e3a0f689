using System.Buffers;
using System.Collections.Concurrent;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Cuts for one merge, one pass each. A sample, which is all that is kept, brackets the magnitude that is looked for; the pass counts what lies above the bracket and
/// gathers what lies within, and the cut is found among those. Exact: where the bracket misses or holds too much, a <see cref="MagnitudeHistogram"/>
/// takes over.
/// </summary>
internal sealed class SelectedMagnitudes(MagnitudeScan scan) : IMagnitudeOrder, IPreparedValue
{
    private readonly ConcurrentDictionary<long, MagnitudeCut> _cuts = new();
    private readonly Lazy<MagnitudeSample> _sample = new(() => MagnitudeSample.Of(scan));
    private readonly Lazy<MagnitudeHistogram> _histogram = new(() => new MagnitudeHistogram(scan));
    private readonly Lazy<long> _zeros = new(() => CountZeros(scan));

    public long Bytes => (_sample.IsValueCreated ? _sample.Value.Bytes : 0) + (_histogram.IsValueCreated ? _histogram.Value.Bytes : 0);

    public long NonZeroCount => scan.ElementCount - _zeros.Value;

    public MagnitudeCut Largest(long count)
    {
        if (count >= scan.ElementCount)
            return MagnitudeCut.Everything;
        return count <= 0 ? MagnitudeCut.Nothing : _cuts.GetOrAdd(count, wanted => Find(wanted) ?? _histogram.Value.Largest(wanted));
    }

    public double SumOfLargest(long count) => scan.SumOf(Largest(count));

    public float Magnitude(long rank) => _histogram.Value.Magnitude(rank);

    /// <summary>Null when the bracket missed, or held too much.</summary>
    private MagnitudeCut? Find(long count)
    {
        var (lowest, highest) = _sample.Value.Bracket((double)count / scan.ElementCount);
        var gathered = new int[scan.SegmentCount][];
        long above = 0, within = 0;
        scan.ForEachSegment((segment, runs) =>
        {
            if (Interlocked.Read(ref within) > scan.MostGathered)
                return;
            var (counts, list, length) = (0L, Array.Empty<int>(), 0);
            runs((_, bits) =>
            {
                if (list.Length < length + bits.Length + BracketScan.Slack)
                    list = Grown(list, length, length + bits.Length + BracketScan.Slack);
                counts += BracketScan.Gather(bits, lowest, highest, list, ref length);
            });
            Interlocked.Add(ref above, counts);
            gathered[segment] = Interlocked.Add(ref within, length) <= scan.MostGathered ? Copied(list, length) : [];
            ArrayPool<int>.Shared.Return(list);
        });
        if (within > scan.MostGathered || count <= above || count > above + within)
            return null;

        var (magnitude, rank) = GatheredRank.Find(gathered, lowest, highest, count - above);
        if (magnitude == 0)
            return MagnitudeCut.Everything; // what is cut among zeros stays zero
        var threshold = BitConverter.Int32BitsToSingle(magnitude);
        for (var segment = 0; segment < gathered.Length; segment++)
        {
            var here = gathered[segment].AsSpan().Count(magnitude);
            if (rank < here || (rank == here && Array.Exists(gathered[(segment + 1)..], later => later.AsSpan().Contains(magnitude))))
                return new MagnitudeCut(threshold, scan.IndexOf(segment, magnitude, rank));
            rank -= here;
            if (rank == 0)
                break;
        }

        return new MagnitudeCut(threshold, long.MaxValue); // all that are equal stay
    }

    private static int[] Copied(int[] list, int length)
    {
        var copy = GC.AllocateUninitializedArray<int>(length);
        list.AsSpan(0, length).CopyTo(copy);
        return copy;
    }

    private static int[] Grown(int[] list, int length, int capacity)
    {
        var grown = ArrayPool<int>.Shared.Rent(Math.Max(capacity, 2 * list.Length));
        list.AsSpan(0, length).CopyTo(grown);
        if (list.Length > 0)
            ArrayPool<int>.Shared.Return(list);
        return grown;
    }

    private static long CountZeros(MagnitudeScan scan)
    {
        long zeros = 0;
        scan.ForEachSegment((_, runs) =>
        {
            long counted = 0;
            runs((_, bits) => counted += MagnitudeScan.Count(bits, 0));
            Interlocked.Add(ref zeros, counted);
        });
        return zeros;
    }
}
