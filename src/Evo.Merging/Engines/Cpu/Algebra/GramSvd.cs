using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>
/// Thin SVD through eigenvectors of the Gram matrix. That squares the condition number, so a pass trusts only singular values above a thousandth of its
/// largest, for which float64 leaves ten digits; the directions below are freed of those found and decomposed again on their own scale.
/// </summary>
internal static class GramSvd
{
    private const double Trusted = 1e-3;

    /// <summary>Pairs of vectors as rows: X = Σ σⱼ shortⱼᵀ longⱼ for X with no more rows than columns.</summary>
    public static (Matrix Short, double[] Values, Matrix Long) Of(CpuAlgebra algebra, CpuMatrix x, int rank, double tolerance)
    {
        var found = new List<(Matrix Short, Matrix Long)>();
        var values = new List<double>();
        Matrix rest = x;
        Matrix? basis = null;
        while (rest.Rows > 0 && values.Count < rank)
        {
            var wanted = rank - values.Count;
            var eigen = algebra.Eigen((CpuMatrix)algebra.Product(rest, rest, transposeRight: true), all => Trust(all) is var trusted && trusted >= wanted ? wanted : all.Length);
            if (!(eigen.Values[0] > 0))
                break;
            var projected = (CpuMatrix)algebra.Product(eigen.Vectors, rest);
            var norms = Norms(projected);
            var trusted = Math.Min(wanted, Trust(eigen.Values));
            while (trusted > 0 && !(norms[trusted - 1] > tolerance * (values.Count > 0 ? values[0] : norms[0])))
                trusted--;
            if (trusted == 0)
                break;
            values.AddRange(norms[..trusted]);
            var coefficients = basis is null ? eigen.Vectors : algebra.Product(eigen.Vectors, basis);
            found.Add((algebra.TakeRows(coefficients, 0, trusted), algebra.ScaleRows(algebra.TakeRows(projected, 0, trusted), [.. norms[..trusted].Select(norm => 1 / norm)])));
            if (projected.Rows == trusted || values.Count >= rank)
                break;
            basis = algebra.TakeRows(coefficients, trusted, projected.Rows - trusted);
            rest = algebra.TakeRows(projected, trusted, projected.Rows - trusted);
            foreach (var (_, vectors) in found)
                rest = algebra.Sum((1, rest), (-1, algebra.Product(algebra.Product(rest, vectors, transposeRight: true), vectors)));
            if (!(Norms((CpuMatrix)rest).Max() > tolerance * values[0]))
                break;
        }

        return InOrder(algebra, x, found, [.. values]);
    }

    /// <summary>How many of the eigenvalues, descending, are accurate enough.</summary>
    private static int Trust(double[] eigenvalues)
    {
        var bound = Trusted * Trusted * eigenvalues[0];
        var count = 0;
        while (count < eigenvalues.Length && eigenvalues[count] > 0 && eigenvalues[count] >= bound)
            count++;
        return count;
    }

    private static double[] Norms(CpuMatrix matrix)
    {
        var norms = new double[matrix.Rows];
        unsafe
        {
            fixed (double* values = matrix.Values)
                for (var row = 0; row < norms.Length; row++)
                    norms[row] = Math.Sqrt(Vectors.Dot(values + ((long)row * matrix.Columns), values + ((long)row * matrix.Columns), matrix.Columns));
        }

        return norms;
    }

    /// <summary>Where two passes meet, neighbours may stand the wrong way round.</summary>
    private static (Matrix Short, double[] Values, Matrix Long) InOrder(CpuAlgebra algebra, CpuMatrix x, List<(Matrix Short, Matrix Long)> found, double[] values)
    {
        if (found.Count == 0)
            return (algebra.Create(0, x.Rows, []), [], algebra.Create(0, x.Columns, []));
        var (shorts, longs) = found.Count == 1
            ? found[0]
            : (algebra.JoinRows([.. found.Select(pair => pair.Short)]), algebra.JoinRows([.. found.Select(pair => pair.Long)]));
        var order = Enumerable.Range(0, values.Length).OrderByDescending(index => values[index]).ToArray();
        if (order.Index().All(pair => pair.Index == pair.Item))
            return (shorts, values, longs);
        return (Permuted((CpuMatrix)shorts, order), [.. order.Select(index => values[index])], Permuted((CpuMatrix)longs, order));
    }

    private static CpuMatrix Permuted(CpuMatrix matrix, int[] order)
    {
        var result = CpuMatrix.Uninitialized(order.Length, matrix.Columns);
        for (var row = 0; row < order.Length; row++)
            matrix.Row(order[row]).CopyTo(result.Row(row));
        return result;
    }
}
