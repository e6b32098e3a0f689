using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// The order of a tensor whose magnitudes are few distinct numbers, as differences of bfloat16 values are: how often each occurs, in the whole and
/// segment by segment. A cut is a look-up, and where it falls among equal magnitudes a look at one segment. Made in one pass; less than
/// a byte an element where it is used.
/// </summary>
internal sealed class MagnitudeSpectrum : IMagnitudeOrder, IPreparedValue
{
    private readonly MagnitudeScan _scan;
    private readonly int[] _magnitudes;
    private readonly long[] _counts;
    private readonly int[] _first;
    private readonly ushort[] _segments;
    private readonly int[] _upTo;

    /// <param name="magnitudes">The distinct magnitudes as bits, descending.</param>
    /// <param name="counts">For each, the elements of that magnitude or a greater one.</param>
    /// <param name="first">For each, where its segments begin in the following two; one more at the end.</param>
    /// <param name="segments">The segments that hold it, ascending.</param>
    /// <param name="upTo">Elements of the magnitude up to the end of that segment.</param>
    private MagnitudeSpectrum(MagnitudeScan scan, int[] magnitudes, long[] counts, int[] first, ushort[] segments, int[] upTo)
    {
        (_scan, _magnitudes, _counts, _first, _segments, _upTo) = (scan, magnitudes, counts, first, segments, upTo);
    }

    public long Bytes => (16L * _magnitudes.Length) + (6L * _segments.Length);

    /// <summary>Null when the distinct magnitudes are too many.</summary>
    public static MagnitudeSpectrum? Of(MagnitudeScan scan)
    {
        if (SpectrumCount.Of(scan) is not { } counted)
            return null;
        var (keys, counts) = SpectrumCount.ByMagnitude(counted);
        var segments = new ushort[keys.Length];
        var upTo = new int[keys.Length];
        var (magnitudes, cumulative, first) = (new List<int>(), new List<long>(), new List<int>());
        long total = 0;
        for (var entry = 0; entry < keys.Length; entry++)
        {
            var (magnitude, segment) = SpectrumCount.Parts(keys[entry]);
            var isNew = magnitudes.Count == 0 || magnitudes[^1] != magnitude;
            total += counts[entry];
            segments[entry] = (ushort)segment;
            upTo[entry] = (isNew ? 0 : upTo[entry - 1]) + counts[entry];
            if (isNew)
            {
                magnitudes.Add(magnitude);
                cumulative.Add(total);
                first.Add(entry);
            }
            else
            {
                cumulative[^1] = total;
            }
        }

        return new MagnitudeSpectrum(scan, [.. magnitudes], [.. cumulative], [.. first, keys.Length], segments, upTo);
    }

    public MagnitudeCut Largest(long count)
    {
        if (count >= _scan.ElementCount)
            return MagnitudeCut.Everything;
        if (count <= 0)
            return MagnitudeCut.Nothing;
        var place = Place(count);
        if (_magnitudes[place] == 0)
            return MagnitudeCut.Everything; // what is cut among zeros stays zero
        var threshold = BitConverter.Int32BitsToSingle(_magnitudes[place]);
        if (count == _counts[place])
            return new MagnitudeCut(threshold, long.MaxValue);
        var rank = (int)(count - (place == 0 ? 0 : _counts[place - 1]));
        var entry = Array.BinarySearch(_upTo, _first[place], _first[place + 1] - _first[place], rank) is var found && found >= 0 ? found : ~found;
        var before = entry == _first[place] ? 0 : _upTo[entry - 1];
        return new MagnitudeCut(threshold, _scan.IndexOf(_segments[entry], _magnitudes[place], rank - before));
    }

    public double SumOfLargest(long count)
    {
        count = Math.Clamp(count, 0, _scan.ElementCount);
        Int128 sum = 0;
        long done = 0;
        for (var place = 0; done < count; place++)
        {
            var these = Math.Min(_counts[place], count) - done;
            if (!ExactSum.Takes(BitConverter.Int32BitsToSingle(_magnitudes[place])))
                return double.NaN;
            sum += ExactSum.Units(BitConverter.Int32BitsToSingle(_magnitudes[place])) * these;
            done += these;
        }

        return ExactSum.Value(sum);
    }

    public float Magnitude(long rank) => BitConverter.Int32BitsToSingle(_magnitudes[Place(rank)]);

    public long NonZeroCount => _magnitudes[^1] != 0 ? _scan.ElementCount : _magnitudes.Length == 1 ? 0 : _counts[^2];

    /// <summary>Where the magnitude at a rank is.</summary>
    private int Place(long rank) => Array.BinarySearch(_counts, rank) is var found && found >= 0 ? found : ~found;
}
