namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>A = Q R by Householder reflections, on columns kept as rows; for matrices with few columns, as low-rank adapters have.</summary>
internal static unsafe class HouseholderQr
{
    /// <param name="transposed">Aᵀ: n rows of m; overwritten with Rᵀ below and the reflections.</param>
    /// <returns>Qᵀ, min(m, n) rows of m, and R, min(m, n) rows of n.</returns>
    public static (double[] Q, double[] R) Of(double[] transposed, int m, int n)
    {
        var k = Math.Min(m, n);
        var (q, r) = (new double[k * m], new double[k * n]);
        var factors = new double[k];
        var reflections = new double[k * m];
        fixed (double* a = transposed, v = reflections, qRows = q)
        {
            for (var j = 0; j < k; j++)
            {
                var column = a + ((long)j * m);
                var x = v + ((long)j * m);
                new Span<double>(column + j, m - j).CopyTo(new Span<double>(x + j, m - j));
                factors[j] = Reflection(x + j, m - j);
                for (var other = j; other < n; other++)
                    Apply(x + j, factors[j], a + ((long)other * m) + j, m - j);
            }

            for (var row = 0; row < k; row++)
                for (var column = row; column < n; column++)
                    r[(row * n) + column] = a[((long)column * m) + row];
            for (var row = 0; row < k; row++)
            {
                var vector = qRows + ((long)row * m);
                vector[row] = 1;
                for (var j = row; j >= 0; j--)
                    Apply(v + ((long)j * m) + j, factors[j], vector + j, m - j);
            }

            for (var row = 0; row < k; row++)
                if (r[(row * n) + row] < 0)
                {
                    Vectors.Scale(qRows + ((long)row * m), -1, m);
                    for (var column = row; column < n; column++)
                        r[(row * n) + column] = -r[(row * n) + column];
                }
        }

        return (q, r);
    }

    /// <summary>y −= β v (vᵀ y).</summary>
    private static void Apply(double* v, double factor, double* y, int length) => Vectors.AddScaled(y, -factor * Vectors.Dot(v, y, length), v, length);

    /// <summary>Turns x into v; β = 2 / ‖v‖², or 0 when there is nothing to clear.</summary>
    private static double Reflection(double* x, int length)
    {
        var square = Vectors.Dot(x, x, length);
        if (square == 0)
            return 0;
        x[0] += Math.CopySign(Math.Sqrt(square), x[0]);
        return 2 / Vectors.Dot(x, x, length);
    }
}
