namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>Takes eigenvectors of T to those of A = Q T Qᵀ: reflections in blocks, I − V S Vᵀ with S upper triangular (Schreiber and Van Loan).</summary>
internal static unsafe class BackTransformation
{
    private const int BlockSize = 128;
    private const int PanelRows = 256;

    /// <param name="vectors">Rows of n: eigenvectors, changed in place.</param>
    public static void Apply(Tridiagonalization reduced, int n, double* vectors, int rows, PanelProducts products)
    {
        var last = n - 2; // reflections 0 … n − 2
        for (var first = last / BlockSize * BlockSize; first >= 0 && last >= 0; first -= BlockSize)
        {
            var count = Math.Min(BlockSize, last + 1 - first);
            var v = reduced.Reflectors + ((long)first * n);
            var triangle = Triangle(v, reduced.Factors.AsSpan(first, count), n, products);
            products.ForEachPanel(rows, PanelRows, (start, height) => ApplyBlock(v, triangle, count, n, vectors + ((long)start * n), height, products));
        }
    }

    /// <summary>z − ((z V) Sᵀ) Vᵀ for every row z; v holds Vᵀ.</summary>
    private static void ApplyBlock(double* v, double[] triangle, int count, int n, double* rows, int height, PanelProducts products)
    {
        using var along = new NativeArray<double>((long)height * count);
        using var scaled = new NativeArray<double>((long)height * count);
        using var update = new NativeArray<double>((long)height * n);
        products.Multiply(rows, v, transposeRight: true, along.Pointer, height, n, count);
        fixed (double* s = triangle)
            products.Multiply(along.Pointer, s, transposeRight: true, scaled.Pointer, height, count, count);
        products.Multiply(scaled.Pointer, v, transposeRight: false, update.Pointer, height, count, n);
        Vectors.Subtract(rows, update.Pointer, (long)height * n);
    }

    /// <summary>S of H₀ H₁ … = I − V S Vᵀ, column by column: Sᵢᵢ = βᵢ, S₀…ᵢ₋₁,ᵢ = −βᵢ S V₀…ᵢ₋₁ᵀ vᵢ.</summary>
    private static double[] Triangle(double* v, ReadOnlySpan<double> factors, int n, PanelProducts products)
    {
        var count = factors.Length;
        var (gram, s) = (new double[count * count], new double[count * count]);
        fixed (double* g = gram)
            products.Multiply(v, v, transposeRight: true, g, count, n, count);
        for (var i = 0; i < count; i++)
        {
            s[(i * count) + i] = factors[i];
            for (var row = 0; row < i; row++)
            {
                var sum = 0.0;
                for (var j = row; j < i; j++)
                    sum += s[(row * count) + j] * gram[(j * count) + i];
                s[(row * count) + i] = -factors[i] * sum;
            }
        }

        return s;
    }
}
