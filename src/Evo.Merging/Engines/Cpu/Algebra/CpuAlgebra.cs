using System.Numerics.Tensors;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>Matrix algebra on the processor: products by ONNX Runtime, factorisations of our own on top of them, in managed memory.</summary>
internal sealed unsafe partial class CpuAlgebra(CpuWorkers workers, MatrixProducts products, MatrixMemory memory, CancellationToken cancellation) : MatrixAlgebra
{
    private readonly PanelProducts _products = new(workers, products, cancellation);

    public override Matrix Create(int rows, int columns, ReadOnlySpan<double> values) => values.Length == CpuMatrix.Count(rows, columns)
        ? Filled(rows, columns, values)
        : throw new ArgumentException($"{values.Length} numbers are no {rows} × {columns} matrix", nameof(values));

    public override ReadOnlySpan<double> Read(Matrix matrix) => Of(matrix).Values;

    public override Matrix Product(Matrix left, Matrix right, bool transposeLeft = false, bool transposeRight = false)
    {
        if (transposeLeft)
            left = Transpose(left); // the product's own transposition is slower than this
        var (m, k, n) = (left.Rows, left.Columns, transposeRight ? right.Rows : right.Columns);
        if (k != (transposeRight ? right.Columns : right.Rows))
            throw new ArgumentException($"[{m}, {k}] · {(transposeRight ? "transposed " : "")}[{right.Rows}, {right.Columns}] is no product");
        var result = New(m, n);
        fixed (double* a = Of(left).Values, b = Of(right).Values, c = result.Values)
            _products.Multiply(a, b, transposeRight, c, m, k, n);
        return result;
    }

    public override Matrix Sum(params ReadOnlySpan<(double Factor, Matrix Matrix)> terms)
    {
        var sum = New(terms[0].Matrix.Rows, terms[0].Matrix.Columns);
        sum.Values.AsSpan().Clear();
        foreach (var (factor, matrix) in terms)
            TensorPrimitives.MultiplyAdd<double>(Of(matrix).Values, factor, sum.Values, sum.Values);
        return sum;
    }

    public override Matrix Transpose(Matrix matrix)
    {
        Reserve(Of(matrix).Values.Length);
        return new CpuMatrix(matrix.Columns, matrix.Rows, Transposition.Of(Of(matrix).Values, matrix.Rows, matrix.Columns));
    }

    public override Matrix ScaleRows(Matrix matrix, ReadOnlySpan<double> scales)
    {
        var result = New(matrix.Rows, matrix.Columns);
        for (var row = 0; row < matrix.Rows; row++)
            TensorPrimitives.Multiply(Of(matrix).Row(row), scales[row], result.Row(row));
        return result;
    }

    public override Matrix ScaleColumns(Matrix matrix, ReadOnlySpan<double> scales)
    {
        var result = New(matrix.Rows, matrix.Columns);
        for (var row = 0; row < matrix.Rows; row++)
            TensorPrimitives.Multiply(Of(matrix).Row(row), scales[..matrix.Columns], result.Row(row));
        return result;
    }

    public override Matrix TakeRows(Matrix matrix, int first, int count) =>
        Filled(count, matrix.Columns, Of(matrix).Values.AsSpan(first * matrix.Columns, count * matrix.Columns));

    public override Matrix TakeColumns(Matrix matrix, int first, int count)
    {
        var result = New(matrix.Rows, count);
        for (var row = 0; row < matrix.Rows; row++)
            Of(matrix).Row(row).Slice(first, count).CopyTo(result.Row(row));
        return result;
    }

    public override Matrix JoinColumns(params ReadOnlySpan<Matrix> matrices)
    {
        var columns = 0;
        foreach (var matrix in matrices)
            columns += matrix.Columns;
        var result = New(matrices[0].Rows, columns);
        var first = 0;
        foreach (var matrix in matrices)
        {
            for (var row = 0; row < matrix.Rows; row++)
                Of(matrix).Row(row).CopyTo(result.Row(row)[first..]);
            first += matrix.Columns;
        }

        return result;
    }

    public override Matrix JoinRows(params ReadOnlySpan<Matrix> matrices)
    {
        var rows = 0;
        foreach (var matrix in matrices)
            rows += matrix.Rows;
        var result = New(rows, matrices[0].Columns);
        var first = 0;
        foreach (var matrix in matrices)
        {
            Of(matrix).Values.CopyTo(result.Values.AsSpan(first * result.Columns));
            first += matrix.Rows;
        }

        return result;
    }

    public override double SumOfSquares(Matrix matrix)
    {
        fixed (double* values = Of(matrix).Values)
            return Vectors.Dot(values, values, Of(matrix).Values.Length);
    }

    /// <summary>A matrix to be filled, when there is room for it.</summary>
    private CpuMatrix New(int rows, int columns)
    {
        Reserve((long)rows * columns);
        return CpuMatrix.Uninitialized(rows, columns);
    }

    private CpuMatrix Filled(int rows, int columns, ReadOnlySpan<double> values)
    {
        var matrix = New(rows, columns);
        values.CopyTo(matrix.Values);
        return matrix;
    }

    private void Reserve(long numbers) => memory.Reserve(numbers * sizeof(double));

    private static CpuMatrix Of(Matrix matrix) => (CpuMatrix)matrix;
}
