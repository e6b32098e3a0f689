using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Tests.Tensors;

/// <summary>Values from the tables of arXiv:2209.05433, and rounding checked between every two neighbours.</summary>
public sealed class Float8Tests
{
    [Theory]
    [InlineData(ElementType.F8E4M3, 0x00, 0f)]
    [InlineData(ElementType.F8E4M3, 0x01, 0.001953125f)] // 2^-9, smallest subnormal
    [InlineData(ElementType.F8E4M3, 0x07, 0.013671875f)] // 7·2^-9, largest subnormal
    [InlineData(ElementType.F8E4M3, 0x08, 0.015625f)] // 2^-6, smallest normal
    [InlineData(ElementType.F8E4M3, 0x38, 1f)]
    [InlineData(ElementType.F8E4M3, 0x7E, 448f)] // largest
    [InlineData(ElementType.F8E4M3, 0xFE, -448f)]
    [InlineData(ElementType.F8E4M3, 0x7F, float.NaN)]
    [InlineData(ElementType.F8E4M3, 0xFF, float.NaN)]
    [InlineData(ElementType.F8E5M2, 0x01, 1.52587890625e-05f)] // 2^-16
    [InlineData(ElementType.F8E5M2, 0x03, 4.57763671875e-05f)] // 3·2^-16
    [InlineData(ElementType.F8E5M2, 0x04, 6.103515625e-05f)] // 2^-14
    [InlineData(ElementType.F8E5M2, 0x3C, 1f)]
    [InlineData(ElementType.F8E5M2, 0x7B, 57344f)]
    [InlineData(ElementType.F8E5M2, 0x7C, float.PositiveInfinity)]
    [InlineData(ElementType.F8E5M2, 0xFC, float.NegativeInfinity)]
    [InlineData(ElementType.F8E5M2, 0x7D, float.NaN)]
    [InlineData(ElementType.F8E5M2, 0xFF, float.NaN)]
    public void Codes_have_their_documented_values(ElementType type, byte code, float value) => Assert.Equal(value, Read(type, code));

    [Fact]
    public void E5m2_is_the_upper_byte_of_f16()
    {
        for (var code = 0; code < 256; code++)
            Assert.Equal((float)BitConverter.UInt16BitsToHalf((ushort)(code << 8)), Read(ElementType.F8E5M2, (byte)code));
    }

    [Theory]
    [InlineData(ElementType.F8E4M3, 0x7E)]
    [InlineData(ElementType.F8E5M2, 0x7B)]
    public void Every_value_and_every_tie_between_neighbours_is_written_to_the_nearest_even(ElementType type, int largest)
    {
        for (var code = 0; code <= largest; code++)
        {
            Assert.Equal(code, Write(type, Read(type, (byte)code)));
            Assert.Equal(code | 0x80, Write(type, -Read(type, (byte)code)));
            if (code == largest)
                continue;

            var tie = (Read(type, (byte)code) + Read(type, (byte)(code + 1))) / 2;
            Assert.Equal(code + (code & 1), Write(type, tie));
            Assert.Equal(code, Write(type, MathF.BitDecrement(tie)));
            Assert.Equal(code + 1, Write(type, MathF.BitIncrement(tie)));
        }
    }

    [Theory]
    [InlineData(ElementType.F8E4M3, 464f, 0x7E)] // the tie between 448 and the number that would be 480: even
    [InlineData(ElementType.F8E4M3, 464.1f, 0x7F)]
    [InlineData(ElementType.F8E4M3, -1e30f, 0xFF)]
    [InlineData(ElementType.F8E4M3, float.PositiveInfinity, 0x7F)]
    [InlineData(ElementType.F8E5M2, 61439f, 0x7B)]
    [InlineData(ElementType.F8E5M2, 61440f, 0x7C)]
    [InlineData(ElementType.F8E5M2, float.NegativeInfinity, 0xFC)]
    [InlineData(ElementType.F8E5M2, 1e-30f, 0)]
    [InlineData(ElementType.F8E4M3, -1e-30f, 0x80)]
    public void Too_large_is_nan_in_e4m3_and_infinite_in_e5m2(ElementType type, float value, int code) => Assert.Equal(code, Write(type, value));

    [Theory]
    [InlineData(ElementType.F8E4M3)]
    [InlineData(ElementType.F8E5M2)]
    public void Nan_stays_nan(ElementType type) => Assert.True(float.IsNaN(Read(type, (byte)Write(type, float.NaN))));

    private static float Read(ElementType type, byte code)
    {
        var value = new float[1];
        Floats.ToSingle([code], type, value);
        return value[0];
    }

    private static int Write(ElementType type, float value)
    {
        var code = new byte[1];
        Floats.FromSingle([value], type, code);
        return code[0];
    }
}
