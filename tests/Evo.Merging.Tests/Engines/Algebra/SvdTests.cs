using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Tests.Engines.Algebra;

/// <summary>Singular values: known spectra of any conditioning, orthonormal vectors, reconstruction, rank.</summary>
public sealed class SvdTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 9)]
    [InlineData(9, 1)]
    [InlineData(2, 2)]
    [InlineData(70, 40)]
    [InlineData(40, 70)]
    [InlineData(129, 129)]
    public void Factors_are_orthonormal_and_rebuild_the_matrix(int rows, int columns)
    {
        using var scene = new AlgebraScene();
        var matrix = scene.Random(rows, columns, 5);
        var svd = scene.Algebra.Svd(matrix);
        Assert.Equal(Math.Min(rows, columns), svd.Rank);
        Orthonormal(scene, svd);
        Assert.InRange(scene.Distance(matrix, scene.Rebuilt(svd)), 0, 1e-12);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(11)]
    public void Small_singular_values_are_found_next_to_large_ones(double decades)
    {
        using var scene = new AlgebraScene();
        double[] values = [.. Enumerable.Range(0, 60).Select(i => Math.Pow(10, -decades * i / 59))];
        var svd = scene.Algebra.Svd(scene.OfSingularValues(80, 60, values));
        Assert.Equal(60, svd.Rank);
        Orthonormal(scene, svd);
        for (var i = 0; i < 60; i++)
            Assert.InRange(svd.Values[i] / values[i], 1 - 1e-3, 1 + 1e-3); // the matrix itself is rounded to 1e-16 of the largest
        Assert.InRange(scene.Distance(scene.OfSingularValues(80, 60, values), scene.Rebuilt(svd)), 0, 1e-11);
    }

    [Fact]
    public void Directions_below_the_tolerance_are_left_out()
    {
        using var scene = new AlgebraScene();
        var matrix = scene.OfSingularValues(50, 70, [5, 4, 3, 1e-3, 1e-8, 1e-14]);
        Assert.Equal(5, scene.Algebra.Svd(matrix).Rank);
        Assert.Equal(4, scene.Algebra.Svd(matrix, tolerance: 1e-6).Rank);
        Assert.Equal(3, scene.Algebra.Svd(matrix, tolerance: 1e-2).Rank);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void A_limited_rank_gives_the_first_of_all_values(int rank)
    {
        using var scene = new AlgebraScene();
        var matrix = scene.OfSingularValues(50, 70, [5, 4, 3, 1e-5, 1e-6]);
        var (all, some) = (scene.Algebra.Svd(matrix), scene.Algebra.Svd(matrix, rank));
        Assert.Equal(rank, some.Rank);
        for (var i = 0; i < rank; i++)
            Assert.Equal(all.Values[i], some.Values[i], 1e-12);
        Orthonormal(scene, some);
    }

    [Fact]
    public void Equal_singular_values_and_a_zero_matrix_are_no_trouble()
    {
        using var scene = new AlgebraScene();
        var identity = scene.Algebra.Svd(scene.Algebra.Identity(40));
        Assert.Equal(40, identity.Rank);
        Assert.InRange(scene.Distance(scene.Algebra.Identity(40), scene.Rebuilt(identity)), 0, 1e-14);
        var zero = scene.Algebra.Svd(scene.Algebra.Create(4, 3, new double[12]));
        Assert.Equal((0, 4, 0, 0, 3), (zero.Rank, zero.Left.Rows, zero.Left.Columns, zero.Right.Rows, zero.Right.Columns));
        Assert.InRange(scene.Distance(scene.Algebra.Create(4, 3, new double[12]), scene.Rebuilt(zero)), 0, 0);
    }

    [Fact]
    public void The_largest_element_of_every_left_vector_is_positive()
    {
        using var scene = new AlgebraScene();
        foreach (var (rows, columns) in new[] { (30, 20), (20, 30) })
        {
            var left = scene.Algebra.Read(scene.Algebra.Transpose(scene.Algebra.Svd(scene.Random(rows, columns, 3)).Left)).ToArray();
            Assert.All(left.Chunk(rows), vector => Assert.True(vector.MaxBy(Math.Abs) > 0));
        }
    }

    [Fact]
    public void The_polar_factor_leaves_out_directions_that_are_not_there()
    {
        using var scene = new AlgebraScene();
        var algebra = scene.Algebra;
        var polar = algebra.Polar(scene.OfSingularValues(30, 20, [7, 2, 1e-3]));
        Assert.Equal([1, 1, 1], algebra.Svd(polar).Values.Select(value => Math.Round(value, 9)));
        var square = scene.Random(25, 25, 4);
        var rotation = algebra.Polar(square);
        Assert.InRange(scene.Skewness(rotation), 0, 1e-12);
        var stretch = algebra.Product(rotation, square, transposeLeft: true); // X = Q S with S symmetric
        Assert.InRange(scene.Distance(stretch, algebra.Transpose(stretch)), 0, 1e-12);
    }

    [Theory]
    [InlineData(60, 5, 80)]
    [InlineData(8, 12, 7)]
    public void An_adapter_is_decomposed_without_its_product(int rows, int rank, int columns)
    {
        using var scene = new AlgebraScene();
        var (b, a) = (scene.Random(rows, rank, 1), scene.Random(rank, columns, 2));
        var (whole, svd) = (scene.Algebra.Svd(scene.Algebra.Product(b, a)), scene.Algebra.SvdOfProduct(b, a));
        Assert.Equal(whole.Rank, svd.Rank);
        for (var i = 0; i < svd.Rank; i++)
            Assert.Equal(whole.Values[i], svd.Values[i], 1e-12);
        Orthonormal(scene, svd);
        Assert.InRange(scene.Distance(scene.Algebra.Product(b, a), scene.Rebuilt(svd)), 0, 1e-12);
    }

    private static void Orthonormal(AlgebraScene scene, ThinSvd svd)
    {
        Assert.InRange(scene.Skewness(scene.Algebra.Transpose(svd.Left)), 0, 1e-8);
        Assert.InRange(scene.Skewness(svd.Right), 0, 1e-8);
    }
}
