using Evo.Merging.Diagnostics;
using Evo.Merging.Engines.Cpu;

namespace Evo.Merging.Tests.Diagnostics;

public sealed class StaticSignalsTests
{
    [Fact]
    public void Two_equally_frequent_values_have_one_bit_of_entropy()
    {
        var signals = Of([.. Enumerable.Range(0, 1000).Select(i => i % 2 == 0 ? -1f : 1f)]);
        Assert.Equal(1, signals.Entropy, 12);
        Assert.Equal(1, signals.StandardDeviation, 12);
        Assert.Equal(Math.Sqrt(1000), signals.Norm, 12);
        Assert.Equal(0.5 + 0.3 + (0.002 * Math.Sqrt(1000)), signals.Score, 12);
    }

    [Fact]
    public void Evenly_spread_values_fill_all_bins() =>
        Assert.Equal(8, Of([.. Enumerable.Range(0, 256 * 40).Select(i => i / (256f * 40))]).Entropy, 2);

    /// <summary>The mirrored tensor has the same bins the other way round, and has to have the same rank.</summary>
    [Fact]
    public void Tensors_with_equally_full_bins_have_the_same_entropy_to_the_last_bit()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            float[] values = [.. Enumerable.Range(0, 500).Select(_ => (float)random.NextDouble())];
            Assert.Equal(Of(values).Entropy, Of([.. values.Select(value => -value)]).Entropy);
        }
    }

    [Fact]
    public void A_constant_tensor_says_nothing() => Assert.Equal(new StaticSignals(0, 0, 6), Of([3, 3, 3, 3]));

    [Fact]
    public void The_norm_counts_up_to_one_hundred() => Assert.Equal(0.2, new StaticSignals(0, 0, 5000).Score, 12);

    [Theory, InlineData(float.NaN), InlineData(float.PositiveInfinity)]
    public void Values_that_are_no_numbers_leave_no_signal(float value) => Assert.False(Of([1, value, 2]).IsFinite);

    [Fact]
    public void Signals_have_the_same_bits_for_any_number_of_threads()
    {
        var random = new Random(3);
        float[] values = [.. Enumerable.Range(0, 2_500_003).Select(_ => (float)(random.NextDouble() - random.NextDouble()))];
        Assert.Equal(Of(values, workers: 1), Of(values, workers: 5));
    }

    [Fact]
    public void Ranks_of_equal_values_are_shared_and_NaN_is_left_out()
    {
        var ranks = RankNormalization.Of([3, 1, double.NaN, 1, 7]);
        Assert.Equal([0.625, 0.25, double.NaN, 0.25, 0.875], ranks);
    }

    private static StaticSignals Of(float[] values, int workers = 2)
    {
        using var threads = new CpuWorkers(workers);
        return SignalScan.Of((first, into) => values.AsSpan((int)first, into.Length).CopyTo(into), values.Length, threads, CancellationToken.None);
    }
}
