using Evo.Merging.Engines.Cpu;

namespace Evo.Merging.Tests.Engines;

/// <summary>Ranks by magnitude within a row: the smallest first, of equal ones the earlier first, whatever the buckets hold.</summary>
public class RowRanksTests
{
    public static TheoryData<string, float[]> Rows => new()
    {
        { "all different", Row(1000, (random, _) => random.NextSingle() - 0.5f) },
        { "few magnitudes, both signs", Row(2816, (random, _) => (random.Next(9) - 4) * 0.25f) },
        { "equal", Row(100, (_, i) => i % 2 == 0 ? 3 : -3) },
        { "mostly zero", Row(513, (random, _) => random.Next(20) == 0 ? random.NextSingle() : 0) },
        { "magnitudes of all sizes", Row(777, (random, _) => MathF.Pow(10, -38 * random.NextSingle())) },
        { "one far above the others", Row(3000, (random, i) => i == 7 ? 1e9f : random.NextSingle()) },
        { "shorter than a vector", [0.5f, -0.25f, 0.5f, 0] },
        { "one", [2] },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public unsafe void RanksAreThoseOfAStableSort(string row, float[] values)
    {
        var expected = new int[values.Length];
        var sorted = Enumerable.Range(0, values.Length).OrderBy(i => Math.Abs(values[i])).ToArray();
        for (var rank = 0; rank < sorted.Length; rank++)
            expected[sorted[rank]] = rank;

        using var ranks = new RowRanks(values.Length);
        fixed (float* data = values)
        {
            Assert.True(ranks.Turn(data), row);
            Assert.Equal(expected, Enumerable.Range(0, values.Length).Select(ranks.RankOf));
            Assert.Equal(expected.Reverse(), Enumerable.Range(0, values.Length).Reverse().Select(ranks.RankOf)); // whatever was asked for before
            Assert.True(ranks.Turn(data), row);
            Assert.Equal(expected, Enumerable.Range(0, values.Length).Select(ranks.RankOf)); // and whatever row was looked at before
        }
    }

    [Fact]
    public unsafe void ElementsStayWhenTheirDrawIsBelowTheBoundOfTheirRank()
    {
        var values = Row(500, (random, _) => (random.Next(1, 30) - 15) * 0.125f);
        using var ranks = new RowRanks(values.Length);
        fixed (float* data = values)
        {
            ranks.Turn(data);
            var random = new Random(2);
            var drawn = Enumerable.Range(0, values.Length).Select(i => new UndecidedElement(i, random.Next(0, 1200))).ToArray();
            var expected = values.Select((value, i) => drawn[i].Draw < 100 + (ranks.RankOf(i) * 2f) ? value : 0).ToArray();
            drawn.CopyTo(new Span<UndecidedElement>(ranks.Undecided, drawn.Length));
            ranks.DropFrom(data, 100, 2, drawn.Length);
            Assert.Equal(expected, values);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(0)]
    public unsafe void RowsThatAreZeroOrNotFiniteHaveNoOrder(float value)
    {
        using var ranks = new RowRanks(40);
        fixed (float* data = Row(40, (_, i) => i == 38 ? value : 0))
            Assert.False(ranks.Turn(data));
    }

    private static float[] Row(int length, Func<Random, int, float> value)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, length).Select(i => value(random, i))];
    }
}
