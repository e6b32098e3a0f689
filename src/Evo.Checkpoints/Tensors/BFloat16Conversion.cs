using System.Numerics;
using System.Runtime.InteropServices;

namespace Evo.Checkpoints.Tensors;

/// <summary>
/// bfloat16 is the upper half of a float32. Vectorised; the scalar tail does the same arithmetic.
/// </summary>
internal static class BFloat16Conversion
{
    private const uint Infinity = 0x7F80_0000;
    private const uint WithoutSign = 0x7FFF_FFFF;

    /// <summary>The lowest bit that survives in a quiet NaN.</summary>
    private const uint QuietBit = 0x40;

    private const uint MantissaBits = 0x7F;

    public static void ToSingle(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        var bits = MemoryMarshal.Cast<float, uint>(destination);
        var i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out var lower, out var upper);
            Vector.ShiftLeft(lower, 16).CopyTo(bits[i..]);
            Vector.ShiftLeft(upper, 16).CopyTo(bits[(i + Vector<uint>.Count)..]);
        }

        for (; i < source.Length; i++)
            bits[i] = (uint)source[i] << 16;
    }

    public static void FromSingle(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        var bits = MemoryMarshal.Cast<float, uint>(source);
        var i = 0;
        for (; i <= bits.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            var lower = Narrow(new Vector<uint>(bits[i..]));
            var upper = Narrow(new Vector<uint>(bits[(i + Vector<uint>.Count)..]));
            Vector.Narrow(lower, upper).CopyTo(destination[i..]);
        }

        for (; i < bits.Length; i++)
            destination[i] = Narrow(bits[i]);
    }

    /// <summary>
    /// Adds half a unit in the last place, less one bit when the kept part is even, then cuts. A NaN keeps its upper bits, and gets the
    /// quiet bit when they alone would read as infinity.
    /// </summary>
    private static ushort Narrow(uint bits)
    {
        var upper = bits >> 16;
        if ((bits & WithoutSign) > Infinity)
            return (ushort)((upper & MantissaBits) == 0 ? upper | QuietBit : upper);

        return (ushort)((bits + 0x7FFF + (upper & 1)) >> 16);
    }

    private static Vector<uint> Narrow(Vector<uint> bits)
    {
        var upper = Vector.ShiftRightLogical(bits, 16);
        var rounded = Vector.ShiftRightLogical(bits + new Vector<uint>(0x7FFF) + (upper & Vector<uint>.One), 16);
        var looksInfinite = Vector.Equals(upper & new Vector<uint>(MantissaBits), Vector<uint>.Zero);
        var quieted = upper | (looksInfinite & new Vector<uint>(QuietBit));
        var isNaN = Vector.GreaterThan(bits & new Vector<uint>(WithoutSign), new Vector<uint>(Infinity));
        return Vector.ConditionalSelect(isNaN, quieted, rounded);
    }
}
