namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>Eigenvalues and eigenvectors of a symmetric tridiagonal matrix by divide and conquer: torn in two, solved, and mended by a rank-one update.</summary>
internal sealed unsafe class TridiagonalEigen(PanelProducts products)
{
    private const int SmallSize = 32;

    private readonly RankOneUpdate _update = new(products);

    /// <param name="n">Size; the largest element should be near 1.</param>
    /// <param name="diagonal">Out: the eigenvalues, ascending.</param>
    /// <param name="off">The n − 1 elements beside the diagonal, and one more; destroyed.</param>
    /// <param name="vectors">Rows of <paramref name="stride"/>, zero when called; out: the eigenvectors, one a row.</param>
    public void Solve(int n, double* diagonal, double* off, double* vectors, long stride)
    {
        if (n <= SmallSize)
        {
            TridiagonalQl.Solve(n, diagonal, off, vectors, stride);
            Sort(n, diagonal, vectors, stride);
            return;
        }

        var half = n / 2;
        var rho = off[half - 1];
        diagonal[half - 1] -= Math.Abs(rho);
        diagonal[half] -= Math.Abs(rho);
        Solve(half, diagonal, off, vectors, stride);
        Solve(n - half, diagonal + half, off + half, vectors + (half * stride) + half, stride);
        _update.Merge(n, half, diagonal, vectors, stride, rho);
    }

    private static void Sort(int n, double* values, double* vectors, long stride)
    {
        var row = stackalloc double[SmallSize];
        for (var i = 0; i < n; i++)
        {
            var least = i;
            for (var j = i + 1; j < n; j++)
                if (values[j] < values[least])
                    least = j;
            if (least == i)
                continue;
            (values[i], values[least]) = (values[least], values[i]);
            var first = new Span<double>(vectors + (i * stride), n);
            var second = new Span<double>(vectors + (least * stride), n);
            first.CopyTo(new Span<double>(row, n));
            second.CopyTo(first);
            new Span<double>(row, n).CopyTo(second);
        }
    }
}
