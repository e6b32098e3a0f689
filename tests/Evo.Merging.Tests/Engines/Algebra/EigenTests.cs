using System.Runtime.InteropServices;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Tests.Engines.Algebra;

/// <summary>Symmetric eigenvalue problems: known spectra, residuals, orthogonality, and matrices that make divide and conquer deflate.</summary>
public sealed class EigenTests
{
    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (var kind in new[] { "random", "identity", "ones", "tiny", "huge", "wilkinson", "laplace", "rank 3", "graded", "diagonal", "zero" })
                foreach (var size in new[] { 1, 2, 3, 32, 33, 65, 150 })
                    cases.Add(kind, size);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Vectors_are_orthonormal_and_solve_the_problem(string kind, int size)
    {
        using var scene = new AlgebraScene();
        var algebra = scene.Algebra;
        var matrix = algebra.Create(size, size, Elements(kind, size));
        var system = algebra.Eigen(matrix);
        var largest = system.Values.Max(Math.Abs) is var magnitude and > 0 ? magnitude : 1;
        Assert.InRange(scene.Skewness(system.Vectors), 0, 1e-13);
        var residual = algebra.Sum((1 / largest, algebra.Product(system.Vectors, matrix)), (-1 / largest, algebra.ScaleRows(system.Vectors, system.Values)));
        Assert.InRange(scene.Distance(residual, algebra.Create(size, size, new double[size * size])), 0, 1e-13);
        Assert.Equal(system.Values.OrderDescending(), system.Values);
    }

    [Fact]
    public void The_second_difference_has_the_spectrum_of_the_textbook()
    {
        using var scene = new AlgebraScene();
        const int size = 100;
        var values = scene.Algebra.Eigen(scene.Algebra.Create(size, size, Elements("laplace", size))).Values;
        for (var k = 0; k < size; k++)
            Assert.Equal(2 - (2 * Math.Cos((size - k) * Math.PI / (size + 1))), values[k], 1e-14);
    }

    [Fact]
    public void The_largest_element_of_every_vector_is_positive()
    {
        using var scene = new AlgebraScene();
        var system = scene.Algebra.Eigen(scene.Algebra.Create(50, 50, Elements("random", 50)));
        var vectors = scene.Algebra.Read(system.Vectors).ToArray();
        Assert.All(vectors.Chunk(50), vector => Assert.True(vector.MaxBy(Math.Abs) > 0));
    }

    [Fact]
    public void Results_have_the_same_bits_for_any_number_of_workers()
    {
        var results = new[] { 1, 3 }.Select(workers =>
        {
            using var scene = new AlgebraScene(workers);
            var system = scene.Algebra.Eigen(scene.Algebra.Create(700, 700, Elements("random", 700)));
            return (double[])[.. system.Values, .. scene.Algebra.Read(system.Vectors)];
        }).ToArray();
        Assert.True(MemoryMarshal.AsBytes<double>(results[0]).SequenceEqual(MemoryMarshal.AsBytes<double>(results[1])));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_not_finite_is_refused(double value)
    {
        using var scene = new AlgebraScene();
        var elements = new double[1600];
        elements[777] = value;
        Assert.Throws<ArgumentException>(() => scene.Algebra.Eigen(scene.Algebra.Create(40, 40, elements)));
        Assert.Throws<ArgumentException>(() => scene.Algebra.Svd(scene.Algebra.Create(40, 40, elements)));
    }

    private static double[] Elements(string kind, int n)
    {
        var random = new Random(n);
        var columns = Enumerable.Range(0, 3 * n).Select(_ => random.NextDouble() - .5).ToArray();
        var result = new double[n * n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j <= i; j++)
                result[(i * n) + j] = result[(j * n) + i] = kind switch
                {
                    "random" => random.NextDouble() - .5,
                    "identity" => i == j ? 1 : 0,
                    "ones" => 1,
                    "tiny" => 1e-250 * (random.NextDouble() - .5),
                    "huge" => 1e250 * (random.NextDouble() - .5),
                    "wilkinson" => i == j ? Math.Abs((n / 2) - i) : i - j == 1 ? 1 : 0,
                    "laplace" => i == j ? 2 : i - j == 1 ? -1 : 0,
                    "rank 3" => Enumerable.Range(0, 3).Sum(k => columns[(3 * i) + k] * columns[(3 * j) + k]),
                    "graded" => Math.Pow(10, -12.0 * (i + j) / (2 * n)) * (random.NextDouble() - .5),
                    "diagonal" => i == j ? i % 7 : 0,
                    _ => 0,
                };
        return result;
    }
}
