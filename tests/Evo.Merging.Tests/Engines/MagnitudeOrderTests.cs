using Evo.Merging.Engines.Cpu;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Engines;

/// <summary>The k largest magnitudes, equal ones by index: both implementations against plain sorting.</summary>
public sealed class MagnitudeOrderTests
{
    [Theory]
    [InlineData(1000, 0)]
    [InlineData(1000, 8)]
    [InlineData(70_000, 0)]
    [InlineData(70_000, 64)]
    [InlineData(1_100_000, 4)]
    public void Cuts_keep_what_sorting_keeps(int length, int steps)
    {
        var random = new Random(length + steps);
        var values = Enumerable.Range(0, length).Select(_ => steps == 0
            ? (float)((random.NextDouble() - .5) * Math.Pow(10, random.Next(-12, 3)))
            : random.Next(-steps, steps + 1) / 64f).ToArray();
        using var scene = new MergeScene(("base", TinyModel.OfVector(new float[length])), ("a", TinyModel.OfVector(values)));
        var plan = scene.Plan("{merge_method: ties, base_model: base, models: [{model: a}], parameters: {weight: 1}}");
        using var workers = new CpuWorkers(2);
        var inputs = new CpuTensorInputs(plan.Tensors[0], workers, new PreparedCache(), CancellationToken.None);
        var scan = new MagnitudeScan(inputs, Granularity.Elements, run => run.TaskVector(0));
        using var poor = new CpuWorkers(2, memory: 1); // hardly anything can be gathered
        var poorScan = new MagnitudeScan(new CpuTensorInputs(plan.Tensors[0], poor, null, CancellationToken.None), Granularity.Elements, run => run.TaskVector(0));
        List<IMagnitudeOrder> orders = [new MagnitudeHistogram(scan), new SortedIndices(scan), new SelectedMagnitudes(scan), new SelectedMagnitudes(poorScan)];
        if (length <= SortedMagnitudes.MostElements)
            orders.Add(new SortedMagnitudes(scan));
        if (steps > 0)
            orders.Add(MagnitudeSpectrum.Of(scan)!);
        else if (length > SortedMagnitudes.MostElements)
            Assert.Null(MagnitudeSpectrum.Of(scan));
        var sorted = Enumerable.Range(0, length).OrderByDescending(i => Math.Abs(values[i])).ThenBy(i => i).ToArray();

        foreach (var count in new[] { 0, 1, 2, length / 7, length / 2, length - 1, length, length + 5, random.Next(length), random.Next(length) })
        {
            var expected = new float[length];
            foreach (var index in sorted.Take(count))
                expected[index] = values[index];
            foreach (var order in orders)
            {
                Assert.Equal(values.Count(value => value != 0), order.NonZeroCount);
                var kept = (float[])values.Clone();
                Masks.KeepLargest(kept, 0, order.Largest(count));
                Assert.Equal(expected, kept);
                Assert.Equal(orders[0].Largest(count), order.Largest(count)); // the record too
                Assert.Equal(orders[0].SumOfLargest(count), order.SumOfLargest(count));
                Assert.Equal(kept.Sum(value => Math.Abs((double)value)), order.SumOfLargest(count), 1e-6);
                if (count >= 1 && count <= length)
                    Assert.Equal(Math.Abs(values[sorted[count - 1]]), order.Magnitude(count));
            }
        }
    }

    [Fact]
    public void A_single_merge_keeps_nothing_in_proportion_to_the_tensor()
    {
        using var scene = LargeScene.Create();
        var tensor = scene.Plan(LargeScene.Recipe("ties")).Tensors.Single(planned => planned.Output.Name == Names.Up(0));
        using var workers = new CpuWorkers(2);
        foreach (var inputs in new[]
        {
            new CpuTensorInputs(tensor, workers, null, CancellationToken.None),
            new CpuTensorInputs(tensor, workers, new PreparedCache(), CancellationToken.None).ForOneMerge(),
        })
        {
            Assert.IsType<SelectedMagnitudes>(MagnitudeOrders.Of(inputs, Granularity.Elements, run => run.TaskVector(0)));
            Assert.IsType<MagnitudeHistogram>(MagnitudeOrders.Of(inputs, Granularity.Rows, run => run.TaskVector(0)));
        }
    }

    [Fact]
    public void A_sample_that_misleads_costs_time_and_nothing_else()
    {
        // All large magnitudes are where no sampled run is: the bracket misses, or holds everything.
        var values = new float[100_000];
        for (var i = 0; i < values.Length; i++)
            values[i] = i % 1000 is > 300 and < 420 ? 1 + (i / 1000f) : 1e-3f;
        using var scene = new MergeScene(("base", TinyModel.OfVector(new float[values.Length])), ("a", TinyModel.OfVector(values)));
        var plan = scene.Plan("{merge_method: ties, base_model: base, models: [{model: a}], parameters: {weight: 1}}");
        using var workers = new CpuWorkers(2);
        var scan = new MagnitudeScan(new CpuTensorInputs(plan.Tensors[0], workers, null, CancellationToken.None), Granularity.Elements, run => run.TaskVector(0));
        var (histogram, selected) = (new MagnitudeHistogram(scan), new SelectedMagnitudes(scan));
        foreach (var count in new[] { 1, 100, 5_000, 11_900, 11_901, 50_000, 99_999 })
            Assert.Equal(histogram.Largest(count), selected.Largest(count));
    }

    [Theory]
    [InlineData(0, 39)]
    [InlineData(1, 40)]
    [InlineData(7, 7)]
    [InlineData(10, 30)]
    public void What_lies_within_the_bracket_is_gathered_in_order(int lowest, int highest)
    {
        for (var length = 0; length < 70; length++)
        {
            var random = new Random(length);
            var bits = Enumerable.Range(0, length).Select(_ => random.Next(41) | (random.Next(2) << 31)).ToArray();
            var (list, gathered) = (new int[length + 1 + BracketScan.Slack], 1);
            var above = BracketScan.Gather(bits, lowest, highest, list, ref gathered);
            var magnitudes = bits.Select(value => value & int.MaxValue).ToArray();
            Assert.Equal(magnitudes.Count(magnitude => magnitude > highest), above);
            Assert.Equal(magnitudes.Where(magnitude => magnitude >= lowest && magnitude <= highest), list[1..gathered]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(1001)]
    public void A_cut_keeps_the_same_whatever_the_tensor_is_cut_into(int piece)
    {
        var random = new Random(piece);
        var values = Enumerable.Range(0, 3000).Select(_ => (float)random.Next(-3, 4)).ToArray();
        var cut = new MagnitudeCut(2, 1234);
        var whole = (float[])values.Clone();
        Masks.KeepLargest(whole, 0, cut);
        for (var start = 0; start < values.Length; start += piece)
            Masks.KeepLargest(values.AsSpan(start, Math.Min(piece, values.Length - start)), start, cut);
        Assert.Equal(whole, values);
    }
}
