using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>A matrix in managed memory, row by row.</summary>
internal sealed class CpuMatrix(int rows, int columns, double[] values) : Matrix, IPreparedValue
{
    public override int Rows => rows;

    public override int Columns => columns;

    public double[] Values => values;

    public long Bytes => (long)values.Length * sizeof(double);

    /// <summary>A matrix to be filled; its content is undefined.</summary>
    public static CpuMatrix Uninitialized(int rows, int columns) => new(rows, columns, GC.AllocateUninitializedArray<double>(Count(rows, columns)));

    public static int Count(int rows, int columns) => (long)rows * columns <= Array.MaxLength
        ? rows * columns
        : throw new ArgumentException($"a {rows} × {columns} matrix is larger than spectral methods take ({Array.MaxLength} elements)");

    public Span<double> Row(int row) => values.AsSpan(row * columns, columns);
}

/// <summary>A factor in managed memory, row by row.</summary>
internal sealed class CpuFactor(int rows, int columns, float[] values) : Factor, IPreparedValue
{
    public override int Rows => rows;

    public override int Columns => columns;

    public float[] Values => values;

    public long Bytes => (long)values.Length * sizeof(float);
}
