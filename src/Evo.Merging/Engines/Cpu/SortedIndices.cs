using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// The order of a large tensor whose magnitudes are all different: flat indices by magnitude, 4 bytes an element (6 while it is made), and a cut is one
/// element looked at. Two passes put indices into buckets by the upper 16 of 31 magnitude bits; each bucket is then sorted by the lower ones.
/// </summary>
internal sealed class SortedIndices : IMagnitudeOrder, IPreparedValue
{
    public const long MostElements = 1L << 31;

    private const int LowerBits = 15;
    private const int LowerMask = (1 << LowerBits) - 1;
    private const int Buckets = 1 << 16;

    private readonly MagnitudeScan _scan;
    private readonly uint[] _indices;

    public SortedIndices(MagnitudeScan scan)
    {
        _scan = scan.Coarse();
        _indices = new uint[scan.ElementCount];
        var lower = new ushort[scan.ElementCount];
        var starts = Distribute(lower);
        scan.ForEach(Buckets, bucket => SortBucket(lower, starts[bucket], starts[bucket + 1]));
    }

    public long Bytes => _indices.LongLength * sizeof(uint);

    public MagnitudeCut Largest(long count)
    {
        if (count >= _scan.ElementCount)
            return MagnitudeCut.Everything;
        if (count <= 0)
            return MagnitudeCut.Nothing;
        var magnitudes = _scan.Magnitudes(_indices[count - 1], _indices[count]);
        if (magnitudes[0] == 0)
            return MagnitudeCut.Everything; // what is cut among zeros stays zero
        return new MagnitudeCut(
            BitConverter.Int32BitsToSingle(magnitudes[0]), magnitudes[0] == magnitudes[1] ? _indices[count - 1] : long.MaxValue);
    }

    public double SumOfLargest(long count) => _scan.SumOf(Largest(count));

    public float Magnitude(long rank) => BitConverter.Int32BitsToSingle(_scan.Magnitudes(_indices[rank - 1])[0]);

    public long NonZeroCount
    {
        get
        {
            var (low, high) = (0L, _indices.LongLength);
            while (low < high)
            {
                var middle = low + ((high - low) / 2);
                (low, high) = Magnitude(middle + 1) != 0 ? (middle + 1, high) : (low, middle);
            }

            return low;
        }
    }

    /// <summary>
    /// Puts indices and lower bits into buckets of descending magnitude, within one in the order of the elements; gives the buckets' bounds.
    /// </summary>
    private long[] Distribute(ushort[] lower)
    {
        var next = new int[_scan.SegmentCount][];
        _scan.ForEachSegment((segment, runs) =>
        {
            var counts = new int[Buckets];
            runs((_, bits) =>
            {
                foreach (var value in bits)
                    counts[Bucket(value)]++;
            });
            next[segment] = counts;
        });

        var starts = new long[Buckets + 1];
        long total = 0;
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            starts[bucket] = total;
            foreach (var counts in next)
                (counts[bucket], total) = ((int)(total - starts[bucket]), total + counts[bucket]);
        }

        starts[Buckets] = total;
        _scan.ForEachSegment((segment, runs) =>
        {
            var places = next[segment];
            runs((start, bits) =>
            {
                for (var i = 0; i < bits.Length; i++)
                {
                    var bucket = Bucket(bits[i]);
                    var place = starts[bucket] + places[bucket]++;
                    _indices[place] = (uint)(start + i);
                    lower[place] = (ushort)(bits[i] & LowerMask);
                }
            });
        });
        return starts;
    }

    private void SortBucket(ushort[] lower, long start, long end)
    {
        if (end - start < 2)
            return;
        var keys = new ulong[end - start];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = ((ulong)(uint)(LowerMask - lower[start + i]) << 32) | _indices[start + i];
        Array.Sort(keys);
        for (var i = 0; i < keys.Length; i++)
            _indices[start + i] = (uint)keys[i];
    }

    /// <summary>Numbered from the largest magnitudes.</summary>
    private static int Bucket(int value) => Buckets - 1 - ((value & Masks.MagnitudeBits) >> LowerBits);
}
