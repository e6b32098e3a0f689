namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>
/// Eigenvalues and eigenvectors of diag(d) + ρ z zᵀ, where the eigenvectors of diag(d) are rows of a matrix with two diagonal blocks (Cuppen; deflation and the
/// recomputed z of Gu and Eisenstat, SIAM J. Matrix Anal. Appl. 15(4), 1994; LAPACK's dlaed2 and dlaed3).
/// </summary>
internal sealed unsafe class RankOneUpdate(PanelProducts products)
{
    private const double Epsilon = 1.1102230246251565e-16;

    /// <summary>Merges two solved halves.</summary>
    /// <param name="n">Size of both halves together.</param>
    /// <param name="half">Size of the first.</param>
    /// <param name="d">The halves' eigenvalues; out: all, ascending.</param>
    /// <param name="vectors">Rows of <paramref name="stride"/>: the halves' eigenvectors; out: all, in the order of d.</param>
    /// <param name="rho">The coupling that was torn out, of either sign.</param>
    public void Merge(int n, int half, double* d, double* vectors, long stride, double rho)
    {
        var z = new double[n];
        for (var i = 0; i < n; i++)
            z[i] = vectors[(i * stride) + (i < half ? half - 1 : half)] / Math.Sqrt(2) * (i >= half && rho < 0 ? -1 : 1);
        var order = new int[n];
        var keys = new double[n];
        for (var i = 0; i < n; i++)
            (order[i], keys[i]) = (i, d[i]);
        Array.Sort(keys, order);

        var deflation = Deflation.Of(n, half, d, z, 2 * Math.Abs(rho), order, vectors, stride);
        Assemble(n, half, d, vectors, stride, z, 2 * Math.Abs(rho), deflation);
    }

    private void Assemble(int n, int half, double* d, double* vectors, long stride, double[] z, double rho, Deflation deflation)
    {
        var kept = deflation.Kept.ToArray();
        var k = kept.Length;
        using var result = new NativeArray<double>((long)n * n);
        var values = new double[n];
        if (k > 0)
            Secular(n, half, d, vectors, stride, z, rho, kept, deflation.Kinds, values, result.Pointer);
        for (var i = 0; i < deflation.Dropped.Count; i++)
        {
            var row = deflation.Dropped[i];
            values[k + i] = d[row];
            new Span<double>(vectors + (row * stride), n).CopyTo(result.Span((long)(k + i) * n, n));
        }

        var order = Enumerable.Range(0, n).ToArray();
        Array.Sort(values, order);
        for (var i = 0; i < n; i++)
        {
            d[i] = values[i];
            result.Span((long)order[i] * n, n).CopyTo(new Span<double>(vectors + (i * stride), n));
        }
    }

    /// <summary>The part that does not deflate: k secular roots, and their vectors as two products of the halves' vectors.</summary>
    private void Secular(
        int n, int half, double* d, double* vectors, long stride, double[] z, double rho, int[] kept, byte[] kinds, double[] values, double* result)
    {
        var k = kept.Length;
        var wider = Math.Max(half, n - half);
        using var differences = new NativeArray<double>((long)k * k);
        using var coefficients = new NativeArray<double>((long)k * k);
        using var packed = new NativeArray<double>((long)k * wider);
        using var product = new NativeArray<double>((long)k * wider);

        // kept[] ascends in d; columns are used in the order first half, both, second half, so that each half needs one run of them.
        var columns = Enumerable.Range(0, k).OrderBy(i => kinds[kept[i]]).ToArray();
        Roots(k, d, z, rho, kept, columns, differences.Pointer, coefficients.Pointer, values);
        var inFirst = columns.Count(i => kinds[kept[i]] <= Deflation.InBoth);
        var onlyFirst = columns.Count(i => kinds[kept[i]] == Deflation.InFirst);
        Half(0, half, 0, inFirst);
        Half(half, n - half, onlyFirst, k - onlyFirst);

        void Half(int firstColumn, int width, int firstRow, int rows)
        {
            for (var row = 0; row < rows; row++)
                new Span<double>(vectors + (kept[columns[firstRow + row]] * stride) + firstColumn, width).CopyTo(packed.Span((long)row * width, width));
            for (var row = 0; row < k; row++)
                coefficients.Span(((long)row * k) + firstRow, rows).CopyTo(differences.Span((long)row * rows, rows));
            products.Multiply(differences.Pointer, packed.Pointer, transposeRight: false, product.Pointer, k, rows, width);
            for (var row = 0; row < k; row++)
                product.Span((long)row * width, width).CopyTo(new Span<double>(result + ((long)row * n) + firstColumn, width));
        }
    }

    private void Roots(int k, double* d, double[] z, double rho, int[] kept, int[] columns, double* differences, double* coefficients, double[] values)
    {
        var (poles, squares, exact) = (new double[k], new double[k], new double[k]);
        for (var i = 0; i < k; i++)
            (poles[i], squares[i]) = (d[kept[i]], rho * z[kept[i]] * z[kept[i]]);
        products.ForEachPanel(k, 64, (first, rows) =>
        {
            fixed (double* p = poles, s = squares)
                for (var root = first; root < first + rows; root++)
                    values[root] = SecularEquation.Solve(k, root, p, s, differences + ((long)root * k));
        });

        // ẑ: the vector for which the computed roots are exact.
        Array.Fill(exact, 1);
        for (var root = 0; root < k; root++)
        {
            var row = differences + ((long)root * k);
            for (var i = 0; i < root; i++)
                exact[i] *= row[i] / (poles[i] - poles[root]);
            exact[root] *= row[root];
            for (var i = root + 1; i < k; i++)
                exact[i] *= row[i] / (poles[i] - poles[root]);
        }

        for (var i = 0; i < k; i++)
            exact[i] = Math.CopySign(Math.Sqrt(Math.Abs(exact[i])), z[kept[i]]);
        products.ForEachPanel(k, 64, (first, rows) =>
        {
            for (var root = first; root < first + rows; root++)
            {
                var row = differences + ((long)root * k);
                var target = coefficients + ((long)root * k);
                for (var i = 0; i < k; i++)
                    row[i] = exact[i] / row[i];
                var norm = Math.Sqrt(Vectors.Dot(row, row, k));
                for (var column = 0; column < k; column++)
                    target[column] = row[columns[column]] / norm;
            }
        });
    }
}
