using Evo.Merging.Engines.Cpu;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Engines;

/// <summary>Sums of what random masks keep: the same bits by a pass and by a table, at any density and for any number of workers.</summary>
public sealed class DrawnMagnitudesTests
{
    private const int Length = 400_003;
    private static readonly MaskKey Mask = MaskKey.Of(3, "content", "tensor");

    [Theory]
    [InlineData(0.001f)]
    [InlineData(40f)] // beyond the table's short way
    public void A_table_gives_the_bits_of_a_pass(float scale)
    {
        var random = new Random(1);
        var values = Enumerable.Range(0, Length).Select(_ => scale * (random.NextSingle() - 0.5f)).ToArray();
        using var scene = new MergeScene(("base", TinyModel.OfVector(new float[Length])), ("a", TinyModel.OfVector(values)));
        using var workers = new CpuWorkers(3);
        var tensor = scene.Plan("{merge_method: dare_ties, base_model: base, models: [{model: a}], parameters: {weight: 1}}").Tensors[0];
        CpuTensorInputs Inputs(long memory) => new(tensor, workers, new PreparedCache(memory), CancellationToken.None);

        var (tabled, passing) = (Inputs(1 << 30), Inputs(0));
        foreach (var density in new[] { 0.5, 0.25, 0.7123, 0, 1e-6, 0.9999, 0.1234567, 1.0 / 3 })
        {
            var sums = tabled.SumsOfMagnitudes(0, Mask, density);
            Assert.Equal(passing.SumsOfMagnitudes(0, Mask, density), sums);
            var kept = (float[])values.Clone();
            Masks.KeepRandom(kept, 0, Mask, density);
            Assert.Equal(kept.Sum(value => Math.Abs((double)value)), sums.Kept, 1e-7 * scale * Length);
            Assert.Equal(values.Sum(value => Math.Abs((double)value)), sums.All, 1e-7 * scale * Length);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(2e6f)]
    [InlineData(float.NegativeInfinity)]
    public void Values_beyond_the_sums_range_are_said_to_be(float value)
    {
        var values = Enumerable.Repeat(0.5f, Length).ToArray();
        values[^1] = value;
        using var scene = new MergeScene(("base", TinyModel.OfVector(new float[Length])), ("a", TinyModel.OfVector(values)));
        using var workers = new CpuWorkers(1);
        var tensor = scene.Plan("{merge_method: dare_ties, base_model: base, models: [{model: a}], parameters: {weight: 1}}").Tensors[0];
        var inputs = new CpuTensorInputs(tensor, workers, new PreparedCache(1 << 30), CancellationToken.None);
        foreach (var density in new[] { 0.5, 0.25, 0.3 })
            Assert.Equal((double.NaN, double.NaN), inputs.SumsOfMagnitudes(0, Mask, density));
    }

    [Fact]
    public void Tables_that_overflow_give_way_to_passes()
    {
        using var scene = new MergeScene(("base", TinyModel.OfVector(new float[Length])), ("a", TinyModel.OfVector([.. Enumerable.Repeat(9000f, Length)])));
        using var workers = new CpuWorkers(1);
        var tensor = scene.Plan("{merge_method: dare_ties, base_model: base, models: [{model: a}], parameters: {weight: 1}}").Tensors[0];
        var inputs = new CpuTensorInputs(tensor, workers, new PreparedCache(1 << 30), CancellationToken.None);
        foreach (var density in new[] { 0.5, 0.25 })
            Assert.Equal(9000.0 * Enumerable.Range(0, Length).Count(i => Mask.Draw(i) < MaskKey.Bound(density)), inputs.SumsOfMagnitudes(0, Mask, density).Kept);
    }

    [Fact]
    public void Draws_are_gone_backwards()
    {
        const uint count = 300_000;
        foreach (var (first, end) in new[] { (0u, 70_001u), (5_000_000u, 5_400_000u), (uint.MaxValue - 9, uint.MaxValue) })
            Assert.Equal(
                Enumerable.Range(0, (int)count).Select(index => (long)index).Where(index => Mask.Draw(index) is var draw && draw >= first && draw < end),
                Mask.Drawn(first, end, count).Order());
    }

    [Fact]
    public void Masks_nest_in_density_and_are_common_to_all_candidates_of_a_seed()
    {
        var random = new Random(2);
        var values = Enumerable.Range(0, 5000).Select(_ => random.NextSingle() + 0.5f).ToArray();
        using var scene = new MergeScene(("base", TinyModel.OfVector(new float[5000])), ("a", TinyModel.OfVector(values)));
        float[] Kept(double density, double weight, int seed) => scene.MergeOne(FormattableString.Invariant(
            $"{{merge_method: dare_linear, base_model: base, models: [{{model: a, parameters: {{weight: {weight}, density: {density}}}}}], parameters: {{rescale: false, seed: {seed}}}}}"));
        bool[] Mask(float[] kept) => [.. kept.Select(value => value != 0)];

        var densities = new[] { 0.1, 0.3, 0.300001, 0.7, 1 };
        foreach (var (smaller, larger) in densities.Zip(densities.Skip(1)))
            Assert.All(Kept(smaller, 1, 0).Zip(Kept(larger, 1, 0)), pair => Assert.True(pair.First == 0 || pair.First == pair.Second));
        Assert.Equal(Mask(Kept(0.5, 1, 7)), Mask(Kept(0.5, 0.25, 7)));
        Assert.NotEqual(Mask(Kept(0.5, 1, 7)), Mask(Kept(0.5, 1, 8)));
    }
}
