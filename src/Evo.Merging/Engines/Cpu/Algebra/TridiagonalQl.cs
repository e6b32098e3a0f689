namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>
/// Eigenvalues and eigenvectors of a small symmetric tridiagonal matrix by the implicit QL iteration with Wilkinson's shift (Golub and Van Loan, section 8.3).
/// </summary>
internal static unsafe class TridiagonalQl
{
    private const int MostIterations = 60;

    /// <param name="diagonal">In: the diagonal, n long. Out: the eigenvalues, in no order.</param>
    /// <param name="off">In: the n − 1 elements beside it, and one more that is overwritten. Out: destroyed.</param>
    /// <param name="vectors">Rows of <paramref name="stride"/>; rows 0 … n−1, columns 0 … n−1 become the eigenvectors, one a row.</param>
    public static void Solve(int n, double* diagonal, double* off, double* vectors, long stride)
    {
        for (var row = 0; row < n; row++)
        {
            new Span<double>(vectors + (row * stride), n).Clear();
            vectors[(row * stride) + row] = 1;
        }

        if (n > 0)
            off[n - 1] = 0;
        for (var first = 0; first < n; first++)
        {
            for (var iteration = 0; ; iteration++)
            {
                var last = first;
                while (last < n - 1 && Math.Abs(off[last]) > double.Epsilon
                       && Math.Abs(off[last]) > 1.1e-16 * (Math.Abs(diagonal[last]) + Math.Abs(diagonal[last + 1])))
                    last++;
                if (last == first)
                    break;
                if (iteration == MostIterations)
                    throw new ArithmeticException("the QL iteration does not converge");
                Step(diagonal, off, vectors, stride, n, first, last);
            }
        }
    }

    /// <summary>One implicit step on the unreduced block [first, last], from its lower end to its upper.</summary>
    private static void Step(double* d, double* e, double* vectors, long stride, int n, int first, int last)
    {
        var g = (d[first + 1] - d[first]) / (2 * e[first]);
        var r = double.Hypot(g, 1);
        g = d[last] - d[first] + (e[first] / (g + Math.CopySign(r, g)));
        var (s, c, p) = (1.0, 1.0, 0.0);
        for (var i = last - 1; i >= first; i--)
        {
            var f = s * e[i];
            var b = c * e[i];
            r = double.Hypot(f, g);
            e[i + 1] = r;
            if (r == 0)
            {
                d[i + 1] -= p;
                e[last] = 0;
                return;
            }

            (s, c) = (f / r, g / r);
            g = d[i + 1] - p;
            r = ((d[i] - g) * s) + (2 * c * b);
            p = s * r;
            d[i + 1] = g + p;
            g = (c * r) - b;
            Vectors.Rotate(vectors + ((i + 1) * stride), vectors + (i * stride), c, s, n);
        }

        d[first] -= p;
        e[first] = g;
        e[last] = 0;
    }
}
