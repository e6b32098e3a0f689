using System.Numerics.Tensors;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>Factorisations, and the products that candidates consist of.</summary>
internal sealed unsafe partial class CpuAlgebra
{
    private const int PanelRows = 512;

    public override ThinSvd Svd(Matrix matrix, int rank = int.MaxValue, double tolerance = 1e-12)
    {
        RequireFinite(matrix, "singular values");
        var isWide = matrix.Rows <= matrix.Columns;
        var (shorts, values, longs) = GramSvd.Of(this, Of(isWide ? matrix : Transpose(matrix)), rank, tolerance);
        return isWide ? WithSigns(Transpose(shorts), values, longs) : WithSigns(Transpose(longs), values, shorts);
    }

    public override EigenSystem Eigen(Matrix symmetric)
    {
        RequireFinite(symmetric, "eigenvalues");
        return Eigen(Of(symmetric), values => values.Length);
    }

    /// <summary>As many eigenvectors as <paramref name="wanted"/> asks for when it sees the eigenvalues.</summary>
    public EigenSystem Eigen(CpuMatrix symmetric, Func<double[], int> wanted)
    {
        var n = symmetric.Rows;
        if (n != symmetric.Columns)
            throw new ArgumentException($"a {n} × {symmetric.Columns} matrix is not symmetric", nameof(symmetric));
        Reserve((long)n * n);
        var (values, vectors) = SymmetricEigen.Of(n, symmetric.Values, wanted, _products);
        var system = new CpuMatrix(n == 0 ? 0 : vectors.Length / n, n, vectors);
        for (var row = 0; row < system.Rows; row++)
            if (system.Row(row) is var vector && vector[TensorPrimitives.IndexOfMaxMagnitude<double>(vector)] < 0)
                TensorPrimitives.Negate<double>(vector, vector);
        return new EigenSystem(values, system);
    }

    public override (Matrix Q, Matrix R) Qr(Matrix matrix)
    {
        RequireFinite(matrix, "QR factors");
        var (m, n) = (matrix.Rows, matrix.Columns);
        Reserve((2L * m * n) + (3L * Math.Min(m, n) * Math.Max(m, n)));
        var (q, r) = HouseholderQr.Of(Transposition.Of(Of(matrix).Values, m, n), m, n);
        return (new CpuMatrix(m, Math.Min(m, n), Transposition.Of(q, Math.Min(m, n), m)), new CpuMatrix(Math.Min(m, n), n, r));
    }

    public override Matrix? SolvePositiveDefinite(Matrix a, Matrix b)
    {
        RequireFinite(a, "a solution");
        Reserve((long)a.Rows * a.Columns);
        var factor = Of(a).Values.ToArray();
        var solution = Filled(b.Rows, b.Columns, Of(b).Values);
        fixed (double* l = factor, x = solution.Values)
        {
            if (!Cholesky.Factor(l, a.Rows, _products))
                return null;
            Cholesky.Solve(l, a.Rows, x, b.Columns, _products);
        }

        return solution;
    }

    public override Factor Keep(Matrix matrix)
    {
        Reserve(Of(matrix).Values.Length / 2);
        var values = GC.AllocateUninitializedArray<float>(Of(matrix).Values.Length);
        TensorPrimitives.ConvertTruncating<double, float>(Of(matrix).Values, values);
        return OutputRounding.AllFinite(values)
            ? new CpuFactor(matrix.Rows, matrix.Columns, values)
            : throw new ArgumentException("a matrix with elements that are NaN or beyond float32 cannot be kept", nameof(matrix));
    }

    public override Factor Product(Factor left, Factor right)
    {
        var result = new CpuFactor(left.Rows, right.Columns, GC.AllocateUninitializedArray<float>(CpuMatrix.Count(left.Rows, right.Columns)));
        fixed (float* a = Of(left).Values, b = Of(right).Values, c = result.Values)
            _products.Multiply(a, b, transposeRight: false, c, left.Rows, left.Columns, right.Columns);
        return result;
    }

    public override Factor ProductOfBlocks(IReadOnlyList<Factor> blocks, Factor right)
    {
        var result = new CpuFactor(right.Rows, right.Columns, GC.AllocateUninitializedArray<float>(Of(right).Values.Length));
        fixed (float* b = Of(right).Values, c = result.Values)
        {
            var first = 0L;
            foreach (var block in blocks)
            {
                fixed (float* a = Of(block).Values)
                    _products.Multiply(a, b + (first * right.Columns), transposeRight: false, c + (first * right.Columns), block.Rows, block.Rows, right.Columns);
                first += block.Rows;
            }

            if (first != right.Rows)
                throw new ArgumentException($"blocks of {first} rows together do not lie beside {right.Rows}", nameof(blocks));
        }

        return result;
    }

    public override void Add(Block target, Factor factor, float scale) =>
        TensorPrimitives.MultiplyAdd(Of(factor).Values, scale, ((CpuBlock)target).Values, ((CpuBlock)target).Values);

    public override void AddProduct(Block target, ReadOnlySpan<ScaledFactor> left, Factor right)
    {
        var terms = left.ToArray();
        var (m, n, k) = (terms[0].Factor.Rows, right.Columns, terms[0].Scales.Length);
        if (target.Length != (long)m * n)
            throw new ArgumentException($"a block of {target.Length} elements is no {m} × {n} matrix", nameof(target));
        var scales = terms.Select(term => Array.ConvertAll(term.Scales, scale => (float)scale)).ToArray();
        if (k == 0)
            return;
        fixed (float* b = Of(right).Values, output = ((CpuBlock)target).Values)
        {
            var (rightRows, targetRows) = ((nint)b, (nint)output);
            _products.ForEachPanel(m, PanelRows, (first, rows) =>
            {
                using var scaled = new NativeArray<float>((long)rows * k);
                using var product = new NativeArray<float>((long)rows * n);
                for (var row = 0; row < rows; row++)
                    Combine(terms, scales, first + row, scaled.Span((long)row * k, k));
                _products.Multiply(scaled.Pointer, (float*)rightRows, transposeRight: false, product.Pointer, rows, k, n);
                for (var row = 0; row < rows; row++)
                {
                    var elements = new Span<float>((float*)targetRows + ((long)(first + row) * n), n);
                    TensorPrimitives.Add(elements, product.Span((long)row * n, n), elements);
                }
            });
        }
    }

    private static void Combine(ScaledFactor[] terms, float[][] scales, int row, Span<float> combined)
    {
        for (var term = 0; term < terms.Length; term++)
        {
            var factor = Of(terms[term].Factor);
            var elements = factor.Values.AsSpan(row * factor.Columns, combined.Length);
            if (term == 0)
                TensorPrimitives.Multiply(elements, scales[term], combined);
            else
                TensorPrimitives.MultiplyAdd(elements, scales[term], combined, combined);
        }
    }

    private static void RequireFinite(Matrix matrix, string what)
    {
        if (!double.IsFinite(SymmetricEigen.LargestMagnitude(Of(matrix).Values)))
            throw new ArgumentException($"a matrix with NaN or infinite elements has no {what}", nameof(matrix));
    }

    private static CpuFactor Of(Factor factor) => (CpuFactor)factor;
}
