namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>
/// What a rank-one update diag(d) + ρ z zᵀ leaves as it is: where z is negligible, and one of two d that are nearly equal, after a rotation of their vectors that
/// moves z onto the other (LAPACK's dlaed2).
/// </summary>
/// <param name="Kept">Rows that take part in the update, ascending in d.</param>
/// <param name="Dropped">The others.</param>
/// <param name="Kinds">Which half's columns a row's vector has elements in.</param>
internal sealed unsafe record Deflation(List<int> Kept, List<int> Dropped, byte[] Kinds)
{
    public const byte InFirst = 0;
    public const byte InBoth = 1;
    public const byte InSecond = 2;

    private const double Epsilon = 1.1102230246251565e-16;

    /// <param name="half">Rows below it have their elements in the first columns, the others in the last.</param>
    /// <param name="d">Changed where vectors are rotated.</param>
    /// <param name="z">Of norm 1; changed alike.</param>
    /// <param name="ascending">The rows in the order of d.</param>
    /// <param name="vectors">Rows of <paramref name="stride"/>.</param>
    public static Deflation Of(int n, int half, double* d, double[] z, double rho, int[] ascending, double* vectors, long stride)
    {
        var deflation = new Deflation([], [], [.. Enumerable.Range(0, n).Select(row => row < half ? InFirst : InSecond)]);
        var largest = 0.0;
        for (var row = 0; row < n; row++)
            largest = Math.Max(largest, Math.Max(Math.Abs(d[row]), Math.Abs(z[row])));
        var tolerance = 8 * Epsilon * largest;
        var previous = -1;
        foreach (var row in ascending)
        {
            if (rho * Math.Abs(z[row]) <= tolerance)
            {
                deflation.Dropped.Add(row);
                continue;
            }

            if (previous >= 0)
                deflation.Settle(previous, row, n, d, z, tolerance, vectors, stride);
            previous = row;
        }

        if (previous >= 0)
            deflation.Kept.Add(previous);
        return deflation;
    }

    /// <summary>Decides on a row that takes part so far, when the next one is known.</summary>
    private void Settle(int row, int next, int n, double* d, double[] z, double tolerance, double* vectors, long stride)
    {
        var norm = double.Hypot(z[next], z[row]);
        var (c, s) = (z[next] / norm, -z[row] / norm);
        if (Math.Abs((d[next] - d[row]) * c * s) > tolerance)
        {
            Kept.Add(row);
            return;
        }

        (z[next], z[row]) = (norm, 0);
        Vectors.Rotate(vectors + (row * stride), vectors + (next * stride), c, s, n);
        (d[row], d[next]) = ((d[row] * c * c) + (d[next] * s * s), (d[row] * s * s) + (d[next] * c * c));
        if (Kinds[next] != Kinds[row])
            Kinds[next] = InBoth;
        Dropped.Add(row);
    }
}
