namespace Evo.Merging.Tests.Engines.Algebra;

public sealed class FactorisationTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(40, 12)]
    [InlineData(12, 40)]
    [InlineData(65, 65)]
    public void QR_has_orthonormal_columns_and_a_triangle(int rows, int columns)
    {
        using var scene = new AlgebraScene();
        var matrix = scene.Random(rows, columns, 3);
        var (q, r) = scene.Algebra.Qr(matrix);
        Assert.InRange(scene.Skewness(scene.Algebra.Transpose(q)), 0, 1e-13);
        Assert.InRange(scene.Distance(matrix, scene.Algebra.Product(q, r)), 0, 1e-13);
        var elements = scene.Algebra.Read(r).ToArray();
        for (var row = 0; row < r.Rows; row++)
        {
            Assert.True(elements[(row * columns) + row] >= 0);
            Assert.All(Enumerable.Range(0, Math.Min(row, columns)), column => Assert.Equal(0, elements[(row * columns) + column]));
        }
    }

    [Fact]
    public void QR_of_dependent_columns_stays_orthonormal()
    {
        using var scene = new AlgebraScene();
        var column = scene.Random(20, 1, 1);
        var matrix = scene.Algebra.JoinColumns(column, column, scene.Algebra.Create(20, 1, new double[20]));
        var (q, r) = scene.Algebra.Qr(matrix);
        Assert.InRange(scene.Skewness(scene.Algebra.Transpose(q)), 0, 1e-13);
        Assert.InRange(scene.Distance(matrix, scene.Algebra.Product(q, r)), 0, 1e-13);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 3)]
    [InlineData(64, 2)]
    [InlineData(65, 70)]
    [InlineData(200, 33)]
    public void Positive_definite_systems_are_solved(int size, int columns)
    {
        using var scene = new AlgebraScene();
        var (root, right) = (scene.Random(size, size, 1), scene.Random(size, columns, 2));
        var matrix = scene.Algebra.Sum((1, scene.Algebra.Product(root, root, transposeRight: true)), (.1, scene.Algebra.Identity(size)));
        var solution = scene.Algebra.SolvePositiveDefinite(matrix, right);
        Assert.NotNull(solution);
        Assert.InRange(scene.Distance(right, scene.Algebra.Product(matrix, solution)), 0, 1e-11);
    }

    [Fact]
    public void A_system_that_is_not_positive_definite_has_no_solution()
    {
        using var scene = new AlgebraScene();
        Assert.Null(scene.Algebra.SolvePositiveDefinite(scene.Algebra.Create(2, 2, [1, 1, 1, 1]), scene.Algebra.Identity(2)));
        Assert.Null(scene.Algebra.SolvePositiveDefinite(scene.Algebra.Create(2, 2, [1, 2, 2, 1]), scene.Algebra.Identity(2)));
        Assert.Null(scene.Algebra.SolvePositiveDefinite(scene.Algebra.Create(1, 1, [0]), scene.Algebra.Identity(1)));
    }
}
