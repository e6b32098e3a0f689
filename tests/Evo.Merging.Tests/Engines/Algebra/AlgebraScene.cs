using Evo.Merging.Engines.Cpu;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Tests.Engines.Algebra;

/// <summary>An algebra and matrices to try it on.</summary>
internal sealed class AlgebraScene(int workers = 1) : IDisposable
{
    private readonly CpuWorkers _workers = new(workers);

    public MatrixAlgebra Algebra => _workers.Algebra(CancellationToken.None);

    public Matrix Random(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        return Algebra.Create(rows, columns, [.. Enumerable.Range(0, rows * columns).Select(_ => random.NextDouble() - .5)]);
    }

    /// <summary>A matrix of given singular values between random orthonormal bases.</summary>
    public Matrix OfSingularValues(int rows, int columns, double[] values)
    {
        var (left, right) = (Algebra.Qr(Random(rows, values.Length, 1)).Q, Algebra.Qr(Random(columns, values.Length, 2)).Q);
        return Algebra.Product(Algebra.ScaleColumns(left, values), right, transposeRight: true);
    }

    /// <summary>Largest magnitude of an element of a − b.</summary>
    public double Distance(Matrix a, Matrix b)
    {
        Assert.Equal((a.Rows, a.Columns), (b.Rows, b.Columns));
        var largest = 0.0;
        foreach (var value in Algebra.Read(Algebra.Sum((1, a), (-1, b))))
            largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }

    /// <summary>How far the rows are from orthonormal.</summary>
    public double Skewness(Matrix rows) => Distance(Algebra.Product(rows, rows, transposeRight: true), Algebra.Identity(rows.Rows));

    public Matrix Rebuilt(ThinSvd svd) => Algebra.Product(Algebra.ScaleColumns(svd.Left, svd.Values), svd.Right);

    public void Dispose() => _workers.Dispose();
}
