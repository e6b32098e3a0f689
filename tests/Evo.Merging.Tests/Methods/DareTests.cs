using Evo.Merging.Methods.Kernels;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Methods;

/// <summary>DARE's random drop: masks by key and index, nested in density, and the factor that makes up for what is dropped.</summary>
public sealed class DareTests : IDisposable
{
    private const int Length = 70_000;

    private readonly MergeScene _scene = new(
        ("base", TinyModel.OfVector(new float[Length])),
        ("ones", TinyModel.OfVector([.. Enumerable.Repeat(1f, Length)])),
        ("twos", TinyModel.OfVector([.. Enumerable.Repeat(2f, Length)])));

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.93)]
    public void Keeps_a_density_of_the_elements(double density)
    {
        var kept = Kept("ones", density).Count(value => value);
        Assert.InRange(kept, Length * density - 5 * Math.Sqrt(Length * density), Length * density + 5 * Math.Sqrt(Length * density));
    }

    [Fact]
    public void Masks_nest_in_density()
    {
        var (thin, thick) = (Kept("ones", 0.3), Kept("ones", 0.6));
        Assert.All(thin.Zip(thick), pair => Assert.True(!pair.First || pair.Second));
    }

    [Fact]
    public void Masks_of_two_models_are_independent()
    {
        var both = Kept("ones", 0.5).Zip(Kept("twos", 0.5)).Count(pair => pair.First && pair.Second);
        Assert.InRange(both, Length / 4 - 600, Length / 4 + 600);
    }

    [Fact]
    public void Another_seed_gives_another_mask()
    {
        var same = Kept("ones", 0.5).Zip(Kept("ones", 0.5, seed: 8)).Count(pair => pair.First == pair.Second);
        Assert.InRange(same, Length / 2 - 700, Length / 2 + 700);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits() => Assert.Equal(Merge("ones", 0.4, "{}"), Merge("ones", 0.4, "{}"));

    [Fact]
    public void The_norm_is_restored_by_default()
    {
        var merged = Merge("twos", 0.25, "{}");
        Assert.Equal(2.0 * Length, merged.Sum(Math.Abs), 0.1);
    }

    [Fact]
    public void Inverse_density_gives_the_papers_factor()
    {
        var merged = Merge("twos", 0.25, "{inverse_density: true}");
        Assert.All(merged, value => Assert.True(value is 0 or 8));
        Assert.InRange(merged.Average(), 1.9, 2.1);
    }

    [Fact]
    public void Without_rescaling_what_is_kept_stays_as_it_is() =>
        Assert.All(Merge("twos", 0.25, "{rescale: false}"), value => Assert.True(value is 0 or 2));

    [Fact]
    public void Density_zero_gives_the_base() => Assert.All(Merge("twos", 0, "{}"), value => Assert.Equal(0, value));

    [Fact]
    public void A_mask_that_keeps_2_and_4_of_1_to_4_is_rescaled_by_five_thirds()
    {
        // The card's example, with the seed that gives its mask.
        using var scene = new MergeScene(("base", TinyModel.OfVector(0, 0, 0, 0)), ("a", TinyModel.OfVector(1, 2, 3, 4)));
        var merged = Enumerable.Range(0, 1000).Select(seed => scene.MergeOne(
            $"{{merge_method: dare_linear, base_model: base, models: [{{model: a}}], parameters: {{weight: 1, density: 0.5, seed: {seed}}}}}"))
            .First(values => values is [0, not 0, 0, not 0]);
        Near.Equal([0, 10.0 / 3, 0, 20.0 / 3], merged);
    }

    [Fact]
    public void Vector_draws_are_the_scalar_ones()
    {
        var key = MaskKey.Of(3, "content", "tensor");
        foreach (var start in new[] { 0L, 17, (1L << 32) - 8192, (1L << 33) + 5 })
        {
            var draws = key.Draws(start);
            for (var lane = 0; lane < System.Numerics.Vector<uint>.Count; lane++)
                Assert.Equal(key.Draw(start + lane), draws[lane]);
        }

        Assert.NotEqual(key.Draw(5), key.Draw((1L << 32) + 5));
    }

    [Fact]
    public void Draws_are_uniform_and_neighbours_uncorrelated()
    {
        const int count = 1 << 16;
        var key = MaskKey.Of(0, "content", "tensor");
        var draws = Enumerable.Range(0, count).Select(index => key.Draw(index) / 4294967296.0).ToArray();
        var chiSquare = draws.GroupBy(draw => (int)(draw * 256)).Sum(bin => Math.Pow(bin.Count() - 256, 2) / 256);
        Assert.InRange(chiSquare, 150, 380); // 255 degrees of freedom, standard deviation 22.6
        foreach (var lag in new[] { 1, 2, 8, 16, 64, 4096 })
        {
            var correlation = Enumerable.Range(0, count - lag).Average(i => (draws[i] - .5) * (draws[i + lag] - .5)) * 12;
            Assert.InRange(correlation, -0.025, 0.025);
        }
    }

    private bool[] Kept(string model, double density, int seed = 7) =>
        [.. Merge(model, density, $"{{rescale: false, seed: {seed}}}").Select(value => value != 0)];

    private float[] Merge(string model, double density, string global) => _scene.MergeOne(
        $"{{merge_method: dare_linear, base_model: base, models: [{{model: {model}, parameters: {{weight: 1, density: {density}}}}}], parameters: {global}}}");
}
