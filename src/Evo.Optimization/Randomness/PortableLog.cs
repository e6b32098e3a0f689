namespace Evo.Optimization.Randomness;

/// <summary>
/// The natural logarithm from IEEE 754 operations alone, so that normals do not depend on the platform's mathematics library
/// (<see cref="Math.Log(double)"/> does). Within 1e-15 of the true value relative to max(1, |ln x|).
/// </summary>
internal static class PortableLog
{
    private const double Ln2High = 6.93147180369123816490e-1;
    private const double Ln2Low = 1.90821492927058770002e-10;

    /// <param name="x">A positive normal number.</param>
    public static double Of(double x)
    {
        // x = 2^exponent * mantissa with the mantissa in [sqrt(1/2), sqrt(2)).
        var bits = BitConverter.DoubleToUInt64Bits(x);
        var exponent = (int)(bits >> 52) - 1023;
        var mantissa = BitConverter.UInt64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
        if (mantissa > 1.4142135623730951)
        {
            mantissa *= 0.5;
            exponent++;
        }

        // ln m = 2 artanh(s) = 2 (s + s^3/3 + s^5/5 + ...), s = (m-1)/(m+1), |s| <= 0.1716: the term of s^23 is below 2^-60.
        var s = (mantissa - 1) / (mantissa + 1);
        var square = s * s;
        var series = 0.0;
        for (var power = 23; power >= 3; power -= 2)
            series = (series + (1.0 / power)) * square;
        return (exponent * Ln2High) + ((2 * (s + (s * series))) + (exponent * Ln2Low));
    }
}
