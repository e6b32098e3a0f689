using Evo.Merging.Engines.Cpu.Fused;

namespace Evo.Merging.Tests.Engines;

/// <summary>Two operations have the bits of a division, or it is told that they do not.</summary>
public sealed class KnownDivisorTests
{
    [Theory]
    [InlineData(1f)]
    [InlineData(-3f)]
    [InlineData(0.7f)]
    [InlineData(1.99999988f)] // all bits set
    [InlineData(16777214f / (1 << 23))] // even
    [InlineData(12216879f / (1 << 23))] // the reciprocal's rest as rounded gives one wrong quotient
    [InlineData(-12216947f / (1 << 23))]
    public void Every_significand_is_divided_as_a_division_does(float divisor)
    {
        Assert.True(KnownDivisor.TryCreate(divisor, out var known));
        var differing = 0;
        for (var significand = 1 << 23; significand < 1 << 24; significand++)
            differing += known.Quotient(significand) == significand / divisor ? 0 : 1;
        Assert.Equal(0, differing);
    }

    [Theory]
    [InlineData(13108363)]
    [InlineData(13139415)]
    public void A_divisor_that_gives_a_wrong_quotient_is_refused(int significand)
    {
        var divisor = significand / (float)(1 << 23);
        Assert.False(KnownDivisor.TryCreate(divisor, out var known));
        Assert.Contains(Enumerable.Range(1 << 23, 1 << 23), dividend => known.Quotient(dividend) != dividend / divisor);
    }

    [Fact]
    public void Nearly_all_divisors_are_known()
    {
        var random = new Random(3);
        var known = Enumerable.Range(0, 20_000).Count(_ => KnownDivisor.TryCreate(1 + random.NextSingle(), out var _));
        Assert.InRange(known, 19_940, 20_000);
    }

    [Fact]
    public void Nothing_is_lost_to_under_or_overflow_from_the_smallest_dividend_on()
    {
        var random = new Random(5);
        float[] divisors = [KnownDivisor.LargestDivisor, 1 / KnownDivisor.LargestDivisor,
            .. Enumerable.Range(0, 20_000).Select(_ => MathF.ScaleB(1 + random.NextSingle(), random.Next(-16, 16)))];
        foreach (var divisor in divisors.SelectMany(divisor => new[] { divisor, -divisor }))
        {
            if (!KnownDivisor.TryCreate(divisor, out var known))
                continue;
            foreach (var dividend in new[] { KnownDivisor.SmallestDividend, float.MaxValue, MathF.ScaleB(1 + random.NextSingle(), random.Next(-40, 128)) })
            {
                Assert.Equal(BitConverter.SingleToInt32Bits(dividend / divisor), BitConverter.SingleToInt32Bits(known.Quotient(dividend)));
                Assert.Equal(BitConverter.SingleToInt32Bits(-dividend / divisor), BitConverter.SingleToInt32Bits(known.Quotient(-dividend)));
            }

            Assert.Equal(0, known.Quotient(0));
        }
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1e-5f)]
    [InlineData(65537f)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NaN)]
    public void What_is_out_of_range_is_refused(float divisor)
    {
        Assert.False(KnownDivisor.TryCreate(divisor, out _));
        Assert.False(KnownDivisor.TryCreate(-divisor, out _));
    }
}
