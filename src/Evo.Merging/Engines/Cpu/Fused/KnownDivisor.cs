namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>
/// Division by a divisor known in advance in one multiplication and one fused multiplication and addition, <c>x·High + (x·Low)</c>: High is the reciprocal rounded, Low what
/// that lacks. The quotient has the bits of a division, for dividends of <see cref="SmallestDividend"/> and more in magnitude; that of 0 is a 0, whose sign may differ.
/// (N. Brisebarre, J.-M. Muller, S. K. Raina, "Accelerating Correctly Rounded Floating-Point Division when the Divisor Is Known in Advance", IEEE Transactions on
/// Computers 53(8), 2004.)
/// </summary>
/// <remarks>
/// Why that can be known: let x and y be from 1 to 2, X and Y their significands as integers of 24 bits. Before its last rounding the result is off by less than
/// x·2⁻⁵⁰ + 2⁻⁴⁹ (what Low and the product with it are rounded by), or x·2⁻⁴⁹ + 2⁻⁴⁹ with the second best Low. From the values at which rounding changes, which are M·2⁻²⁴
/// or, where x is less than y, M·2⁻²⁵ with an odd M, the quotient is off by |X·2²⁴ − M·Y| / (Y·2²⁴) or |X·2²⁵ − M·Y| / (Y·2²⁵), and Y is less than 2²⁴. The numerators are
/// not 0, since Y is no multiple of 2²⁴. For even Y they are even, 2 at least, which is more than the error with the best Low. For odd Y they are odd; from 3 on that is more
/// than the error with either Low, and 1 leaves four X to try.
/// </remarks>
internal readonly struct KnownDivisor
{
    /// <summary>2⁻⁴⁰: its product with Low, which is 0 or at least 2⁻⁶⁴, is far above what float32 holds with fewer bits.</summary>
    public const float SmallestDividend = 1f / (1L << 40);

    /// <summary>2¹⁶; the smallest is 2⁻¹⁶.</summary>
    public const float LargestDivisor = 1 << 16;

    private const uint Two23 = 1 << 23;
    private const uint Two24 = 1 << 24;

    private KnownDivisor(float high, float low) => (High, Low) = (high, low);

    public float High { get; }

    public float Low { get; }

    /// <summary>False for a divisor out of range, and for one in a thousand within it: some quotient is wrong then.</summary>
    public static bool TryCreate(float divisor, out KnownDivisor known)
    {
        known = default;
        if (MathF.Abs(divisor) is not (>= 1 / LargestDivisor and <= LargestDivisor))
            return false;
        var high = 1 / divisor;
        var lacking = MathF.FusedMultiplyAdd(-divisor, high, 1); // a float32: no rounding
        var low = lacking / divisor;
        known = new KnownDivisor(high, low);
        if (Significand(divisor) % 2 == 0 || known.IsExact(divisor))
            return true;
        var isTooLow = MathF.FusedMultiplyAdd(-divisor, low, lacking) > 0 == divisor > 0;
        known = new KnownDivisor(high, isTooLow ? MathF.BitIncrement(low) : MathF.BitDecrement(low));
        return known.IsExact(divisor);
    }

    public float Quotient(float dividend) => MathF.FusedMultiplyAdd(dividend, High, dividend * Low);

    private static uint Significand(float value) => ((uint)BitConverter.SingleToInt32Bits(value) & (Two23 - 1)) | Two23;

    /// <param name="divisor">Its significand is odd.</param>
    private bool IsExact(float divisor)
    {
        var y = Significand(divisor);
        var of24 = InverseOfPowerOfTwo(24, y);
        var of25 = InverseOfPowerOfTwo(25, y);
        return IsExact(of25, divisor) && IsExact(y - of25, divisor) && IsExact(y + of24, divisor) && IsExact(y + y - of24, divisor);
    }

    private bool IsExact(uint x, float divisor) => x is < Two23 or >= Two24 || Quotient(x) == x / divisor;

    /// <param name="modulus">Odd.</param>
    private static uint InverseOfPowerOfTwo(int exponent, uint modulus)
    {
        var inverse = 1u;
        for (; exponent > 0; exponent--)
            inverse = inverse % 2 == 0 ? inverse / 2 : (inverse + modulus) / 2;
        return inverse;
    }
}
