using Evo.Optimization.Randomness;

namespace Evo.Optimization.Tests.Randomness;

public class LatinHypercubeTests
{
    [Fact]
    public void Every_slice_of_every_variable_holds_exactly_one_point()
    {
        var points = LatinHypercube.Sample([new Variable(0, 1), new Variable(-5, 5)], 20, new RandomStream(1, "lhs"));
        Assert.Equal(Enumerable.Range(0, 20), points.Select(point => (int)(point[0] * 20)).Order());
        Assert.Equal(Enumerable.Range(0, 20), points.Select(point => (int)((point[1] + 5) * 2)).Order());
    }

    [Fact]
    public void Variables_are_paired_at_random()
    {
        var points = LatinHypercube.Sample([new Variable(0, 1), new Variable(0, 1)], 20, new RandomStream(1, "lhs"));
        Assert.NotEqual(points.OrderBy(point => point[0]), points.OrderBy(point => point[1]));
    }
}
