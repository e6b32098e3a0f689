namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>Eigenvalues and eigenvectors of a symmetric matrix in float64: tridiagonalised, divided and conquered, transformed back.</summary>
internal static unsafe class SymmetricEigen
{
    /// <param name="a">n rows of n; the lower triangle is read.</param>
    /// <param name="wanted">How many eigenvectors are wanted, those of the largest eigenvalues, once all eigenvalues are known (descending).</param>
    /// <returns>All eigenvalues, descending; and the eigenvectors of the first of them, one a row of n.</returns>
    /// <exception cref="ArgumentException">An element is NaN or infinite.</exception>
    public static (double[] Values, double[] Vectors) Of(int n, ReadOnlySpan<double> a, Func<double[], int> wanted, PanelProducts products)
    {
        var scale = LargestMagnitude(a);
        if (!double.IsFinite(scale))
            throw new ArgumentException("a matrix with NaN or infinite elements has no eigenvalues", nameof(a));
        var values = new double[n];
        if (scale == 0)
        {
            var unit = new double[wanted(values) * n];
            for (var row = 0; row < unit.Length / n; row++)
                unit[(row * n) + row] = 1;
            return (values, unit);
        }

        using var work = new NativeArray<double>((long)n * n);
        for (var row = 0; row < n; row++)
            for (var column = 0; column <= row; column++)
                work.Pointer[((long)row * n) + column] = a[(row * n) + column] / scale;
        using var reduced = Tridiagonalization.Of(n, work.Pointer, products);
        work.Clear();
        fixed (double* diagonal = reduced.Diagonal, off = reduced.Off)
            new TridiagonalEigen(products).Solve(n, diagonal, off, work.Pointer, n);
        for (var row = 0; row < n; row++)
            values[row] = reduced.Diagonal[n - 1 - row] * scale;
        var count = wanted(values);
        var vectors = new double[count * n];
        BackTransformation.Apply(reduced, n, work.Pointer + ((long)(n - count) * n), count, products);
        for (var row = 0; row < count; row++)
            work.Span((long)(n - 1 - row) * n, n).CopyTo(vectors.AsSpan(row * n));
        return (values, vectors);
    }

    /// <summary>NaN when there is one.</summary>
    public static double LargestMagnitude(ReadOnlySpan<double> values)
    {
        var largest = 0.0;
        foreach (var value in values)
            largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }
}
