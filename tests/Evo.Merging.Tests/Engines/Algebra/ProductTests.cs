using System.Runtime.InteropServices;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Tests.Engines.Algebra;

/// <summary>Products by ONNX Runtime against the definition, and that the number of threads has no say.</summary>
public sealed class ProductTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 2)]
    [InlineData(1, 70, 33)]
    [InlineData(65, 1, 17)]
    [InlineData(67, 129, 31)]
    [InlineData(4, 0, 3)]
    [InlineData(0, 4, 3)]
    public void Are_sums_of_products(int m, int k, int n)
    {
        using var scene = new AlgebraScene();
        var (left, right) = (scene.Random(m, k, 1), scene.Random(k, n, 2));
        var expected = scene.Algebra.Create(m, n, Defined(scene.Algebra, left, right));
        Assert.InRange(scene.Distance(expected, scene.Algebra.Product(left, right)), 0, 1e-13);
        var (leftT, rightT) = (scene.Algebra.Transpose(left), scene.Algebra.Transpose(right));
        Assert.InRange(scene.Distance(expected, scene.Algebra.Product(leftT, right, transposeLeft: true)), 0, 1e-13);
        Assert.InRange(scene.Distance(expected, scene.Algebra.Product(left, rightT, transposeRight: true)), 0, 1e-13);
        Assert.InRange(scene.Distance(expected, scene.Algebra.Product(leftT, rightT, true, true)), 0, 1e-13);
    }

    [Fact]
    public void Extents_that_do_not_fit_are_refused()
    {
        using var scene = new AlgebraScene();
        Assert.Throws<ArgumentException>(() => scene.Algebra.Product(scene.Random(2, 3, 1), scene.Random(2, 3, 2)));
    }

    [Fact]
    public void Large_products_have_the_same_bits_for_any_number_of_workers()
    {
        var results = new[] { 1, 2, 5 }.Select(workers =>
        {
            using var scene = new AlgebraScene(workers);
            return scene.Algebra.Read(scene.Algebra.Product(scene.Random(1100, 400, 1), scene.Random(400, 401, 2))).ToArray();
        }).ToArray();
        Assert.All(results, result => Assert.True(MemoryMarshal.AsBytes<double>(result).SequenceEqual(MemoryMarshal.AsBytes<double>(results[0]))));
    }

    [Fact]
    public void A_candidate_adds_scaled_factors_to_a_block()
    {
        using var scene = new AlgebraScene(2);
        var algebra = scene.Algebra;
        var (first, second, right) = (scene.Random(1030, 7, 1), scene.Random(1030, 9, 2), scene.Random(9, 11, 3));
        double[] scales = [1, -2, .5, 0, 3]; // fewer than either factor has columns
        var other = Array.ConvertAll(scales, scale => 1 - scale);
        var sum = algebra.Sum((1, algebra.ScaleColumns(algebra.TakeColumns(first, 0, 5), scales)), (1, algebra.ScaleColumns(algebra.TakeColumns(second, 0, 5), other)));
        var expected = algebra.Read(algebra.Product(sum, algebra.TakeRows(right, 0, 5))).ToArray();

        var values = new float[1030 * 11];
        Array.Fill(values, 2);
        unsafe
        {
            fixed (float* data = values)
            {
                var block = new CpuBlock();
                block.Place(data, 0, values.Length);
                algebra.AddProduct(block, [new ScaledFactor(algebra.Keep(first), scales), new ScaledFactor(algebra.Keep(second), other)], algebra.Keep(right));
            }
        }

        for (var i = 0; i < values.Length; i++)
            Assert.Equal(expected[i] + 2, values[i], 5e-6);
    }

    [Fact]
    public void Blocks_on_a_diagonal_meet_their_own_rows()
    {
        using var scene = new AlgebraScene();
        var algebra = scene.Algebra;
        var (first, second, right) = (scene.Random(3, 3, 1), scene.Random(2, 2, 2), scene.Random(5, 7, 3));
        var product = algebra.ProductOfBlocks([algebra.Keep(first), algebra.Keep(algebra.Create(0, 0, [])), algebra.Keep(second)], algebra.Keep(right));
        var expected = algebra.JoinRows(algebra.Product(first, algebra.TakeRows(right, 0, 3)), algebra.Product(second, algebra.TakeRows(right, 3, 2)));
        var values = new float[35];
        unsafe
        {
            fixed (float* data = values)
            {
                var block = new CpuBlock();
                block.Place(data, 0, values.Length);
                algebra.Add(block, product, 2);
            }
        }

        foreach (var (value, twice) in algebra.Read(expected).ToArray().Zip(values))
            Assert.Equal(2 * value, twice, 1e-6);
        Assert.Throws<ArgumentException>(() => algebra.ProductOfBlocks([algebra.Keep(first)], algebra.Keep(right)));
    }

    [Fact]
    public void What_float32_cannot_hold_is_not_kept()
    {
        using var scene = new AlgebraScene();
        Assert.Throws<ArgumentException>(() => scene.Algebra.Keep(scene.Algebra.Create(1, 2, [1, 1e39])));
    }

    private static double[] Defined(MatrixAlgebra algebra, Matrix left, Matrix right)
    {
        var (a, b) = (algebra.Read(left).ToArray(), algebra.Read(right).ToArray());
        return [.. Enumerable.Range(0, left.Rows * right.Columns).Select(index => Enumerable.Range(0, left.Columns)
            .Sum(k => a[(index / right.Columns * left.Columns) + k] * b[(k * right.Columns) + (index % right.Columns)]))];
    }
}
