using System.Collections.Immutable;
using Evo.Optimization.CmaEs;
using Evo.Optimization.Randomness;

namespace Evo.Optimization.Tests.CmaEs;

public class EigensystemTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(30)]
    public void Shape_and_whiten_are_inverse_and_give_the_matrix_back(int n)
    {
        var covariance = RandomCovariance(n);
        var system = Eigensystem.Decompose(covariance, n);
        Assert.True(system.Definite);
        for (var column = 0; column < n; column++)
        {
            // B D (B D)^T e_j = C e_j: shape the coordinates of row j of B D.
            double[] row = [.. Enumerable.Range(0, n).Select(axis => system.Vectors[(axis * n) + column] * system.Lengths[axis])];
            var rebuilt = system.Shape(row);
            for (var i = 0; i < n; i++)
                Assert.Equal(covariance[(i * n) + column], rebuilt[i], 1e-10);
        }

        // |C^(-1/2) B D z| = |z|.
        double[] z = [.. Enumerable.Range(0, n).Select(i => i - 0.3)];
        Assert.Equal(z.Sum(v => v * v), system.Whiten(system.Shape(z)).Sum(v => v * v), 1e-8);
    }

    [Fact]
    public void An_indefinite_matrix_is_flagged_and_can_still_be_sampled()
    {
        var system = Eigensystem.Decompose([1, 2, 2, 1], 2);
        Assert.False(system.Definite);
        Assert.All(system.Shape([1, 1]), value => Assert.True(double.IsFinite(value)));
    }

    private static ImmutableArray<double> RandomCovariance(int n)
    {
        var stream = new RandomStream(1, "matrix", n);
        double[][] a = [.. Enumerable.Range(0, n).Select(_ => Enumerable.Range(0, n).Select(_ => stream.NextNormal()).ToArray())];
        return [.. Enumerable.Range(0, n * n).Select(k => a[k / n].Zip(a[k % n], (x, y) => x * y).Sum() + (k / n == k % n ? 0.1 : 0))];
    }
}
