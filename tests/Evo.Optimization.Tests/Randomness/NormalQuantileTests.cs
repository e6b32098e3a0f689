using Evo.Optimization.Randomness;
using Evo.Optimization.Tests.Reference;

namespace Evo.Optimization.Tests.Randomness;

public class NormalQuantileTests
{
    /// <summary>Values of another implementation of AS 241 (Python's statistics.NormalDist), across its three branches.</summary>
    [Theory]
    [InlineData(1e-16, -8.222082216130435)]
    [InlineData(1e-10, -6.361340902404056)]
    [InlineData(0.001, -3.090232306167813)]
    [InlineData(0.02, -2.0537489106318225)]
    [InlineData(0.07, -1.4757910281791702)]
    [InlineData(0.075, -1.4395314709384557)]
    [InlineData(0.3, -0.5244005127080407)]
    [InlineData(0.5, 0.0)]
    [InlineData(0.9, 1.2815515655446008)]
    [InlineData(0.999999, 4.753424308817089)]
    public void Inverts_the_normal_distribution(double probability, double expected)
    {
        Near.Equal(expected, NormalQuantile.At(probability), 2e-15);
    }

    [Fact]
    public void Is_antisymmetric_to_the_last_bit()
    {
        for (var k = 1; k < 1024; k++)
            Assert.Equal(-NormalQuantile.At(k / 1024.0), NormalQuantile.At(1 - (k / 1024.0)));
    }

    [Fact]
    public void The_portable_logarithm_agrees_with_the_library()
    {
        var stream = new RandomStream(1, "log");
        for (var k = 0; k < 20_000; k++)
        {
            var x = Math.Pow(2, (stream.NextDouble() * 600) - 300);
            var expected = Math.Log(x);
            Assert.InRange(PortableLog.Of(x) - expected, -1e-15 * Math.Max(1, Math.Abs(expected)), 1e-15 * Math.Max(1, Math.Abs(expected)));
        }

        Assert.Equal(0, PortableLog.Of(1));
    }
}
