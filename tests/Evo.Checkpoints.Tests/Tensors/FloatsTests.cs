using System.Runtime.InteropServices;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Tests.Tensors;

/// <summary>Each 16-bit pattern is checked, against definitions written with arithmetic instead of bit tricks.</summary>
public sealed class FloatsTests
{
    private static readonly ushort[] AllPatterns = [.. Enumerable.Range(0, 65536).Select(pattern => (ushort)pattern)];

    [Fact]
    public void Every_bf16_pattern_reads_exactly_and_writes_back_to_itself()
    {
        var floats = new float[65536];
        Floats.ToSingle(Bytes(AllPatterns), ElementType.BF16, floats);
        for (var pattern = 0; pattern < 65536; pattern++)
            AssertSame(Value(pattern, exponentBits: 8, mantissaBits: 7), floats[pattern], pattern);

        var back = new ushort[65536];
        Floats.FromSingle(floats, ElementType.BF16, MemoryMarshal.AsBytes(back.AsSpan()));
        Assert.Equal(AllPatterns, back);
    }

    [Fact]
    public void Every_f16_pattern_reads_exactly_and_writes_back_to_itself()
    {
        var floats = new float[65536];
        Floats.ToSingle(Bytes(AllPatterns), ElementType.F16, floats);
        for (var pattern = 0; pattern < 65536; pattern++)
        {
            AssertSame(Value(pattern, exponentBits: 5, mantissaBits: 10), floats[pattern], pattern);
            AssertSame((float)BitConverter.UInt16BitsToHalf((ushort)pattern), floats[pattern], pattern);
        }

        var back = new ushort[65536];
        Floats.FromSingle(floats, ElementType.F16, MemoryMarshal.AsBytes(back.AsSpan()));
        for (var pattern = 0; pattern < 65536; pattern++)
        {
            if (float.IsNaN(floats[pattern]))
                Assert.True(Half.IsNaN(BitConverter.UInt16BitsToHalf(back[pattern])), $"{pattern:x4}");
            else
                Assert.Equal(pattern, back[pattern]);
        }
    }

    private static byte[] Bytes(ushort[] patterns) => MemoryMarshal.AsBytes(patterns.AsSpan()).ToArray();

    /// <summary>The value of a bit pattern by the definition of IEEE 754 interchange formats.</summary>
    private static float Value(int pattern, int exponentBits, int mantissaBits)
    {
        var sign = (pattern >> (exponentBits + mantissaBits)) == 1 ? -1.0 : 1.0;
        var exponent = (pattern >> mantissaBits) & ((1 << exponentBits) - 1);
        var mantissa = pattern & ((1 << mantissaBits) - 1);
        var bias = (1 << (exponentBits - 1)) - 1;
        if (exponent == (1 << exponentBits) - 1)
            return mantissa == 0 ? (float)(sign / 0.0) : float.NaN;
        var fraction = mantissa / Math.Pow(2, mantissaBits);
        return (float)(exponent == 0
            ? sign * fraction * Math.Pow(2, 1 - bias)
            : sign * (1 + fraction) * Math.Pow(2, exponent - bias));
    }

    private static void AssertSame(float expected, float actual, int pattern)
    {
        if (float.IsNaN(expected) ? !float.IsNaN(actual) : BitConverter.SingleToUInt32Bits(expected) != BitConverter.SingleToUInt32Bits(actual))
            Assert.Fail($"pattern {pattern:x4}: expected {expected:R}, got {actual:R}");
    }
}
