using System.Runtime.InteropServices;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Tests.Tensors;

/// <summary>float32 to smaller types: to the nearest, ties to the even neighbour. Every test runs long spans, so vector and scalar code are both in it.</summary>
public sealed class NarrowingTests
{
    /// <summary>Between any two neighbours: the tie goes to the even one, a hair below it down, a hair above it up.</summary>
    [Theory]
    [InlineData(ElementType.BF16, 0x7F80)]
    [InlineData(ElementType.F16, 0x7C00)]
    public void Every_tie_of_the_16_bit_types_goes_to_even(ElementType type, int infinity)
    {
        // Up to the largest finite number and the infinity above it, whose tie is the IEEE overflow threshold.
        var expected = new List<ushort>();
        var values = new List<float>();
        for (var lower = 0; lower < infinity; lower++)
        {
            var low = (double)Read(type, lower);
            var high = lower + 1 == infinity ? 2 * low - Read(type, lower - 1) : Read(type, lower + 1);
            var tie = (float)((low + high) / 2);
            Assert.Equal((low + high) / 2, tie); // exact in float32
            foreach (var sign in new[] { 0, 0x8000 })
            {
                var signed = sign == 0 ? tie : -tie;
                values.AddRange([signed, sign == 0 ? MathF.BitDecrement(tie) : MathF.BitIncrement(signed), sign == 0 ? MathF.BitIncrement(tie) : MathF.BitDecrement(signed)]);
                expected.AddRange([(ushort)(sign | (lower + (lower & 1))), (ushort)(sign | lower), (ushort)(sign | (lower + 1))]);
            }
        }

        var codes = new ushort[values.Count];
        Floats.FromSingle(CollectionsMarshal.AsSpan(values), type, MemoryMarshal.AsBytes(codes.AsSpan()));
        Assert.Equal(expected, codes);
    }

    [Fact]
    public void F16_agrees_with_Half_on_random_bit_patterns()
    {
        var values = RandomPatterns(1 << 20);
        var halves = new Half[values.Length];
        Floats.FromSingle(values, ElementType.F16, MemoryMarshal.AsBytes(halves.AsSpan()));
        for (var i = 0; i < values.Length; i++)
        {
            var expected = (Half)values[i];
            if (Half.IsNaN(expected) ? !Half.IsNaN(halves[i]) : BitConverter.HalfToUInt16Bits(expected) != BitConverter.HalfToUInt16Bits(halves[i]))
                Assert.Fail($"{values[i]:R}: expected {expected}, got {halves[i]}");
        }
    }

    [Fact]
    public void Too_large_is_infinite_in_16_bits_and_nan_stays_nan()
    {
        float[] values = [65520, -1e10f, float.PositiveInfinity, float.NaN, 65519.996f];
        var halves = new Half[5];
        Floats.FromSingle(values, ElementType.F16, MemoryMarshal.AsBytes(halves.AsSpan()));
        Assert.Equal([Half.PositiveInfinity, Half.NegativeInfinity, Half.PositiveInfinity, Half.NaN, Half.MaxValue], halves);

        values = [float.MaxValue, float.MinValue, BitConverter.UInt32BitsToSingle(0x7F80_0001), BitConverter.UInt32BitsToSingle(0xFFC1_2345)];
        var codes = new ushort[4];
        Floats.FromSingle(values, ElementType.BF16, MemoryMarshal.AsBytes(codes.AsSpan()));
        Assert.Equal([0x7F80, 0xFF80, 0x7FC0, 0xFFC1], codes);
    }

    [Fact]
    public void Nan_of_bf16_stays_nan_in_vector_code_too()
    {
        var values = Enumerable.Range(1, 4096).Select(i => BitConverter.Int32BitsToSingle(0x7F80_0000 + (i * 2047))).ToArray();
        Assert.All(values, value => Assert.True(float.IsNaN(value)));
        var codes = new ushort[values.Length];
        Floats.FromSingle(values, ElementType.BF16, MemoryMarshal.AsBytes(codes.AsSpan()));
        Assert.All(codes, code => Assert.True((code & 0x7FFF) > 0x7F80, $"{code:x4}"));
    }

    [Fact]
    public void F64_is_rounded_to_the_nearest_float_and_written_exactly()
    {
        double[] values = [0.1, 1 + Math.Pow(2, -24), 1 + 3 * Math.Pow(2, -24), 1e300, -1e300, double.NaN, 1e-50, -0.0, 3];
        var floats = new float[values.Length];
        Floats.ToSingle(MemoryMarshal.AsBytes(values.AsSpan()), ElementType.F64, floats);
        Assert.Equal([0.1f, 1f, 1 + MathF.Pow(2, -22), float.PositiveInfinity, float.NegativeInfinity, float.NaN, 0f, -0f, 3f], floats);

        var back = new double[values.Length];
        Floats.FromSingle(floats, ElementType.F64, MemoryMarshal.AsBytes(back.AsSpan()));
        Assert.Equal(floats.Select(value => (double)value), back);
    }

    [Fact]
    public void F32_is_copied_bit_for_bit()
    {
        var values = RandomPatterns(1000);
        var bytes = new byte[4000];
        Floats.FromSingle(values, ElementType.F32, bytes);
        var back = new float[1000];
        Floats.ToSingle(bytes, ElementType.F32, back);
        Assert.Equal(values.Select(BitConverter.SingleToUInt32Bits), back.Select(BitConverter.SingleToUInt32Bits));
    }

    [Theory]
    [InlineData(ElementType.F64)]
    [InlineData(ElementType.F32)]
    [InlineData(ElementType.F16)]
    [InlineData(ElementType.BF16)]
    [InlineData(ElementType.F8E4M3)]
    [InlineData(ElementType.F8E5M2)]
    public void Neither_length_nor_alignment_matters(ElementType type)
    {
        float[] values = [.. Enumerable.Range(0, 100).Select(i => (float)((i % 7) - 3))];
        var size = type.ByteSize();
        for (var length = 0; length <= values.Length; length++)
        {
            var bytes = new byte[length * size + 1];
            Floats.FromSingle(values.AsSpan(0, length), type, bytes.AsSpan(1));
            var back = new float[length];
            Floats.ToSingle(bytes.AsSpan(1), type, back);
            Assert.Equal(values[..length], back);
        }
    }

    [Fact]
    public void Integers_and_spans_that_do_not_match_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Floats.ToSingle(new byte[8], ElementType.I64, new float[1]));
        Assert.Throws<ArgumentException>(() => Floats.ToSingle(new byte[1], ElementType.Bool, new float[1]));
        Assert.Throws<ArgumentException>(() => Floats.ToSingle(new byte[4], ElementType.F16, new float[1]));
        Assert.Throws<ArgumentException>(() => Floats.FromSingle(new float[2], ElementType.BF16, new byte[3]));
    }

    private static float Read(ElementType type, int code)
    {
        var value = new float[1];
        Floats.ToSingle(BitConverter.GetBytes((ushort)code), type, value);
        return value[0];
    }

    private static float[] RandomPatterns(int count)
    {
        var values = new float[count];
        new Random(5).NextBytes(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
