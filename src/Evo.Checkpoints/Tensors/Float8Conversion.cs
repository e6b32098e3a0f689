namespace Evo.Checkpoints.Tensors;

/// <summary>
/// The 8-bit floats of safetensors: E4M3 (the finite-only kind, "e4m3fn": largest 448, no infinity, NaN is S.1111.111) and E5M2 (largest
/// 57344, with infinities), as in Micikevicius et al., "FP8 Formats for Deep Learning" (arXiv:2209.05433). Reading looks up a table of 256
/// values.
/// </summary>
internal static class Float8Conversion
{
    private static readonly Format E4M3 = new(MantissaBits: 3, Bias: 7, FirstSpecial: 0x7F, Overflow: 0x7F, NaN: 0x7F);
    private static readonly Format E5M2 = new(MantissaBits: 2, Bias: 15, FirstSpecial: 0x7C, Overflow: 0x7C, NaN: 0x7E);
    private static readonly float[] E4M3Values = [.. Enumerable.Range(0, 256).Select(code => Decode((byte)code, E4M3))];
    private static readonly float[] E5M2Values = [.. Enumerable.Range(0, 256).Select(code => Decode((byte)code, E5M2))];

    public static void ToSingle(ReadOnlySpan<byte> source, ElementType type, Span<float> destination)
    {
        var values = type == ElementType.F8E4M3 ? E4M3Values : E5M2Values;
        for (var i = 0; i < source.Length; i++)
            destination[i] = values[source[i]];
    }

    public static void FromSingle(ReadOnlySpan<float> source, ElementType type, Span<byte> destination)
    {
        var format = type == ElementType.F8E4M3 ? E4M3 : E5M2;
        for (var i = 0; i < source.Length; i++)
            destination[i] = Encode(source[i], format);
    }

    private static float Decode(byte code, Format format)
    {
        var magnitude = code & 0x7F;
        var exponent = magnitude >> format.MantissaBits;
        var mantissa = magnitude & ((1 << format.MantissaBits) - 1);
        float value;
        if (magnitude >= format.FirstSpecial)
            value = magnitude == format.FirstSpecial && format.Overflow != format.NaN ? float.PositiveInfinity : float.NaN;
        else if (exponent == 0)
            value = MathF.ScaleB(mantissa, 1 - format.Bias - format.MantissaBits);
        else
            value = MathF.ScaleB(mantissa + (1 << format.MantissaBits), exponent - format.Bias - format.MantissaBits);

        return (code & 0x80) != 0 ? -value : value;
    }

    private static byte Encode(float value, Format format)
    {
        var sign = float.IsNegative(value) ? 0x80 : 0;
        var magnitude = MathF.Abs(value);
        if (float.IsNaN(magnitude))
            return (byte)(sign | format.NaN);

        int code;
        if (magnitude < MathF.ScaleB(1, 1 - format.Bias))
        {
            // Subnormal: a whole number of smallest steps; rounding up to 2^MantissaBits is the smallest normal number, as it should be.
            code = (int)MathF.Round(MathF.ScaleB(magnitude, format.Bias - 1 + format.MantissaBits), MidpointRounding.ToEven);
        }
        else
        {
            var dropped = 23 - format.MantissaBits;
            var bits = BitConverter.SingleToUInt32Bits(magnitude);
            var rounded = (bits + (1u << (dropped - 1)) - 1 + ((bits >> dropped) & 1)) >> dropped;
            code = (int)rounded - ((127 - format.Bias) << format.MantissaBits);
        }

        return (byte)(sign | (code >= format.FirstSpecial ? format.Overflow : code));
    }

    /// <summary>What tells the two formats apart; codes are without the sign bit.</summary>
    private sealed record Format(int MantissaBits, int Bias, int FirstSpecial, int Overflow, int NaN);
}
