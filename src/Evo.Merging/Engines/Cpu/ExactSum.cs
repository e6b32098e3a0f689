using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Sums of magnitudes that have the same bits in whatever order and by whatever table they are added: every |x| is rounded to a multiple of 2⁻⁵⁰ (to nearest,
/// ties to even), and these are added as integers. Takes magnitudes below 2²⁰.
/// </summary>
internal static class ExactSum
{
    private const int UnitBits = 50;
    private const int CoarseBits = 12;
    private const int Lanes = 16;
    private const float Limit = 1 << 20;

    // Adding and subtracting these rounds to multiples of 2^-12 and of 2^-50.
    private const double ToCoarse = 1.5 * (1L << (52 - CoarseBits));
    private const double ToUnit = 6;

    /// <summary>Below it, adding ToUnit leaves the exponent alone, so that the mantissa counts units.</summary>
    private const float ToSmall = 2;

    public static bool Takes(float magnitude) => magnitude < Limit;

    public static double Value(Int128 units) => (double)units / (1L << UnitBits);

    /// <summary>One magnitude in units.</summary>
    public static Int128 Units(float magnitude)
    {
        var coarse = magnitude + ToCoarse - ToCoarse;
        return Total(coarse, magnitude - coarse + ToUnit - ToUnit);
    }

    /// <summary>The same for single elements of tables. Throws <see cref="OverflowException"/> from 2¹³ on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long SmallUnits(float magnitude) => magnitude < ToSmall
        ? BitConverter.DoubleToInt64Bits(magnitude + ToUnit) - BitConverter.DoubleToInt64Bits(ToUnit)
        : checked((long)Units(magnitude));

    /// <summary>The sum of |x| in units; null when there is a value that is too large, infinite or NaN.</summary>
    /// <param name="values">At most 2¹³ of them, so that partial sums stay exact.</param>
    public static Int128? Units(ReadOnlySpan<float> values) => SmallUnits(values) ?? AnyUnits(values);

    /// <summary>The same where all magnitudes are small, as those of task vectors are; else null. Units are the mantissas after adding ToUnit, added as integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Int128? SmallUnits(ReadOnlySpan<float> values)
    {
        ref var first = ref MemoryMarshal.GetReference(values);
        var (even, odd, largest) = (Vector512<long>.Zero, Vector512<long>.Zero, Vector512<int>.Zero);
        var i = 0;
        for (; i <= values.Length - Lanes; i += Lanes)
        {
            var magnitudes = Vector512.Abs(Vector512.LoadUnsafe(ref first, (nuint)i));
            largest = Vector512.Max(largest, magnitudes.AsInt32());
            var (lower, upper) = Vector512.Widen(magnitudes);
            even += (lower + Vector512.Create(ToUnit)).AsInt64();
            odd += (upper + Vector512.Create(ToUnit)).AsInt64();
        }

        if (Vector512.GreaterThanOrEqualAny(largest, Vector512.Create(BitConverter.SingleToInt32Bits(ToSmall))))
            return null;
        var sum = (Int128)0;
        var nothing = i / Lanes * BitConverter.DoubleToInt64Bits(ToUnit); // wraps as the sums do; what is left is below 2^61
        for (var lane = 0; lane < Vector512<long>.Count; lane++)
            sum += (even[lane] - nothing) + (odd[lane] - nothing);
        for (; i < values.Length; i++)
        {
            if (Math.Abs(Unsafe.Add(ref first, i)) is var magnitude && !(magnitude < ToSmall))
                return null;
            sum += SmallUnits(magnitude);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Int128? AnyUnits(ReadOnlySpan<float> values)
    {
        ref var first = ref MemoryMarshal.GetReference(values);
        var (coarse, fine) = (Vector512<double>.Zero, Vector512<double>.Zero);
        var taken = Vector512<float>.AllBitsSet;
        var i = 0;
        for (; i <= values.Length - Lanes; i += Lanes)
        {
            var magnitudes = Vector512.Abs(Vector512.LoadUnsafe(ref first, (nuint)i));
            taken &= Vector512.LessThan(magnitudes, Vector512.Create(Limit));
            var (lower, upper) = Vector512.Widen(magnitudes);
            var lowerCoarse = lower + Vector512.Create(ToCoarse) - Vector512.Create(ToCoarse);
            var upperCoarse = upper + Vector512.Create(ToCoarse) - Vector512.Create(ToCoarse);
            coarse += lowerCoarse + upperCoarse;
            fine += (lower - lowerCoarse + Vector512.Create(ToUnit) - Vector512.Create(ToUnit))
                + (upper - upperCoarse + Vector512.Create(ToUnit) - Vector512.Create(ToUnit));
        }

        var isTaken = taken.AsInt32() == Vector512<int>.AllBitsSet;
        var sum = Total(Vector512.Sum(coarse), Vector512.Sum(fine));
        for (; i < values.Length; i++)
        {
            var magnitude = Math.Abs(Unsafe.Add(ref first, i));
            isTaken &= Takes(magnitude);
            sum += isTaken ? Units(magnitude) : 0;
        }

        return isTaken ? sum : null;
    }

    private static Int128 Total(double coarse, double fine) =>
        double.IsFinite(coarse + fine) && Math.Abs(coarse) < 1L << 50
            ? ((Int128)(long)(coarse * (1 << CoarseBits)) << (UnitBits - CoarseBits)) + (long)(fine * (1L << UnitBits))
            : 0;
}

/// <summary>A total of <see cref="ExactSum"/> that many threads add to.</summary>
internal sealed class ExactTotal
{
    private const int Piece = 1 << 13;

    private readonly Lock _adding = new();
    private Int128 _units;
    private bool _isTaken = true;

    /// <summary>NaN when a value was too large, infinite or NaN.</summary>
    public double Value => _isTaken ? ExactSum.Value(_units) : double.NaN;

    public void Add(ReadOnlySpan<float> values)
    {
        for (var done = 0; done < values.Length; done += Piece)
        {
            var units = ExactSum.Units(values.Slice(done, Math.Min(Piece, values.Length - done)));
            lock (_adding)
            {
                _units += units ?? 0;
                _isTaken &= units is not null;
            }
        }
    }
}
