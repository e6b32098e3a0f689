using Evo.Optimization.Randomness;

namespace Evo.Optimization.Tests.Randomness;

public class RandomStreamTests
{
    [Fact]
    public void The_same_name_gives_the_same_numbers()
    {
        Assert.Equal(Words(new RandomStream(7, "test", 3, 5)), Words(new RandomStream(7, "test", 3, 5)));
    }

    [Fact]
    public void Seed_both_halves_purpose_generation_and_index_each_make_another_stream()
    {
        RandomStream[] streams =
        [
            new(7, "test", 3, 5), new(8, "test", 3, 5), new(7 | (1UL << 40), "test", 3, 5), new(7, "tesu", 3, 5), new(7, "test", 4, 5),
            new(7, "test", 3, 6),
        ];
        Assert.Equal(streams.Length, streams.Select(stream => string.Join(' ', Words(stream))).Distinct().Count());
    }

    [Fact]
    public void A_stream_reads_successive_counters_under_the_seed_as_key()
    {
        var stream = new RandomStream(0xA4093822_299F31D0, "a", 9, 4);
        var purpose = unchecked((2166136261u ^ 'a') * 16777619u); // FNV-1a of one byte
        for (var block = 0u; block < 3; block++)
        {
            var (w0, w1, w2, w3) = Philox.Block((block, 4, 9, purpose), 0x299F31D0, 0xA4093822);
            Assert.Equal([w0, w1, w2, w3], Words(stream));
        }
    }

    [Fact]
    public void Uniforms_fill_the_half_open_unit_interval_evenly()
    {
        var stream = new RandomStream(1, "uniform");
        var counts = new int[10];
        for (var i = 0; i < 100_000; i++)
            counts[(int)(stream.NextDouble() * 10)]++;
        Assert.All(counts, count => Assert.InRange(count, 10_000 - 500, 10_000 + 500)); // 5 standard deviations
    }

    [Fact]
    public void Normals_have_the_moments_and_tails_of_a_standard_normal()
    {
        var stream = new RandomStream(2, "normal");
        double[] sample = [.. Enumerable.Range(0, 200_000).Select(_ => stream.NextNormal())];
        Assert.InRange(sample.Average(), -0.01, 0.01);
        Assert.InRange(sample.Average(z => z * z), 0.985, 1.015);
        Assert.InRange(sample.Average(z => z * z * z * z), 2.9, 3.1);
        Assert.InRange(sample.Count(z => z > 1.959963984540054) / 200_000.0, 0.0235, 0.0265);
    }

    [Fact]
    public void Integers_have_no_modulo_bias()
    {
        // With a plain modulo 56 % of the numbers would fall into the lower half of this range.
        const int Range = 3 << 29;
        var stream = new RandomStream(3, "integers");
        var low = Enumerable.Range(0, 100_000).Count(_ => stream.NextInt(Range) < Range / 2);
        Assert.InRange(low, 49_200, 50_800);
    }

    [Fact]
    public void Small_ranges_are_covered_evenly_and_never_left()
    {
        var stream = new RandomStream(4, "dice");
        var counts = new int[6];
        for (var i = 0; i < 60_000; i++)
            counts[stream.NextInt(6)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_550, 10_450));
        Assert.Equal(0, stream.NextInt(1));
    }

    [Fact]
    public void All_orders_are_equally_likely()
    {
        var stream = new RandomStream(5, "shuffle");
        var orders = new Dictionary<string, int>();
        for (var i = 0; i < 24_000; i++)
        {
            char[] items = ['a', 'b', 'c', 'd'];
            stream.Shuffle(items.AsSpan());
            orders[new string(items)] = orders.GetValueOrDefault(new string(items)) + 1;
        }

        Assert.Equal(24, orders.Count);
        Assert.All(orders.Values, count => Assert.InRange(count, 845, 1_155));
    }

    private static uint[] Words(RandomStream stream) =>
        [stream.NextUInt32(), stream.NextUInt32(), stream.NextUInt32(), stream.NextUInt32()];
}
