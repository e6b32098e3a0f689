using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>The order of a small tensor's magnitudes, sorted once: 8 bytes an element, and any cut is a look-up.</summary>
internal sealed class SortedMagnitudes : IMagnitudeOrder, IPreparedValue
{
    public const int MostElements = 1 << 16;

    /// <summary>Magnitude bits, complemented, above the flat index: ascending order is |x| descending, then index ascending.</summary>
    private readonly ulong[] _keys;

    public SortedMagnitudes(MagnitudeScan scan)
    {
        _keys = new ulong[scan.ElementCount];
        scan.ForEachSegment((_, runs) => runs((start, bits) =>
        {
            for (var i = 0; i < bits.Length; i++)
                _keys[start + i] = ((ulong)(uint)~(bits[i] & Masks.MagnitudeBits) << 32) | (uint)(start + i);
        }));
        Array.Sort(_keys);
    }

    public long Bytes => _keys.LongLength * sizeof(ulong);

    public long NonZeroCount => _keys.LongCount(key => Magnitude(key) != 0);

    public MagnitudeCut Largest(long count)
    {
        if (count >= _keys.Length)
            return MagnitudeCut.Everything;
        if (count <= 0)
            return MagnitudeCut.Nothing;
        var last = _keys[count - 1];
        if (Magnitude(last) == 0)
            return MagnitudeCut.Everything; // what is cut among zeros stays zero
        return new MagnitudeCut(Magnitude(last), last >> 32 == _keys[count] >> 32 ? (uint)last : long.MaxValue);
    }

    public float Magnitude(long rank) => Magnitude(_keys[rank - 1]);

    public double SumOfLargest(long count)
    {
        Int128 sum = 0;
        foreach (var key in _keys.AsSpan(0, (int)Math.Clamp(count, 0, _keys.Length)))
        {
            if (!ExactSum.Takes(Magnitude(key)))
                return double.NaN;
            sum += ExactSum.Units(Magnitude(key));
        }

        return ExactSum.Value(sum);
    }

    private static float Magnitude(ulong key) => BitConverter.Int32BitsToSingle(~(int)(key >> 32) & Masks.MagnitudeBits);
}
