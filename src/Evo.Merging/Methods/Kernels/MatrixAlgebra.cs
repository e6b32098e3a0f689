namespace Evo.Merging.Methods.Kernels;

/// <summary>
/// The matrix operations in which spectral methods are written, once for every engine. Preparation is in float64; what candidates are made of is
/// kept in float32. Every operation is deterministic: the same bits for any number of threads. Extents may be 0.
/// </summary>
public abstract class MatrixAlgebra
{
    /// <summary>Singular values below this share of the largest are rounding errors of float32 inputs: directions that no method should rely on.</summary>
    public const double RankTolerance = 1e-6;

    /// <summary>A matrix of numbers given row by row.</summary>
    public abstract Matrix Create(int rows, int columns, ReadOnlySpan<double> values);

    /// <summary>The elements, row by row, for rules that are no algebra; valid as long as the matrix.</summary>
    public abstract ReadOnlySpan<double> Read(Matrix matrix);

    /// <summary>op(left) · op(right).</summary>
    public abstract Matrix Product(Matrix left, Matrix right, bool transposeLeft = false, bool transposeRight = false);

    /// <summary>Σ factor · matrix; all of one shape.</summary>
    public abstract Matrix Sum(params ReadOnlySpan<(double Factor, Matrix Matrix)> terms);

    public abstract Matrix Transpose(Matrix matrix);

    /// <summary>diag(scales) · matrix.</summary>
    public abstract Matrix ScaleRows(Matrix matrix, ReadOnlySpan<double> scales);

    /// <summary>matrix · diag(scales).</summary>
    public abstract Matrix ScaleColumns(Matrix matrix, ReadOnlySpan<double> scales);

    /// <summary>Rows [first, first + count).</summary>
    public abstract Matrix TakeRows(Matrix matrix, int first, int count);

    /// <summary>Columns [first, first + count).</summary>
    public abstract Matrix TakeColumns(Matrix matrix, int first, int count);

    /// <summary>[A₁ A₂ …]; all with as many rows.</summary>
    public abstract Matrix JoinColumns(params ReadOnlySpan<Matrix> matrices);

    /// <summary>[A₁; A₂; …]; all with as many columns.</summary>
    public abstract Matrix JoinRows(params ReadOnlySpan<Matrix> matrices);

    /// <summary>‖A‖_F².</summary>
    public abstract double SumOfSquares(Matrix matrix);

    /// <summary>Singular vectors of the <paramref name="rank"/> largest singular values above <paramref name="tolerance"/> times the largest.</summary>
    /// <exception cref="ArgumentException">An element is NaN or infinite.</exception>
    public abstract ThinSvd Svd(Matrix matrix, int rank = int.MaxValue, double tolerance = 1e-12);

    /// <summary>All eigenvalues and eigenvectors of a symmetric matrix, of which the lower triangle is read.</summary>
    /// <exception cref="ArgumentException">An element is NaN or infinite.</exception>
    public abstract EigenSystem Eigen(Matrix symmetric);

    /// <summary>A = Q R with orthonormal columns of Q [m, min(m, n)] and R [min(m, n), n] upper triangular with a diagonal that is not negative.</summary>
    public abstract (Matrix Q, Matrix R) Qr(Matrix matrix);

    /// <summary>X of A X = B for symmetric positive definite A; null when A is not, to a relative 10⁻¹².</summary>
    public abstract Matrix? SolvePositiveDefinite(Matrix a, Matrix b);

    /// <summary>Rounds to float32 for keeping.</summary>
    /// <exception cref="ArgumentException">An element is NaN or beyond float32.</exception>
    public abstract Factor Keep(Matrix matrix);

    /// <summary>left · right in float32.</summary>
    public abstract Factor Product(Factor left, Factor right);

    /// <summary>diag(blocks) · right in float32: each square block times the rows of right that lie beside it.</summary>
    public abstract Factor ProductOfBlocks(IReadOnlyList<Factor> blocks, Factor right);

    /// <summary>target += scale · factor; the block is a whole tensor of as many elements.</summary>
    public abstract void Add(Block target, Factor factor, float scale);

    /// <summary>
    /// target += (Σ leftₜ · diag(scalesₜ)) · right: one matrix product, in which as many columns of left and rows of right take part as there are scales.
    /// The block is a whole tensor of as many rows as left and columns as right.
    /// </summary>
    public abstract void AddProduct(Block target, ReadOnlySpan<ScaledFactor> left, Factor right);

    public Matrix Identity(int size)
    {
        var values = new double[checked(size * size)];
        for (var i = 0; i < size; i++)
            values[(i * size) + i] = 1;
        return Create(size, size, values);
    }

    /// <summary>
    /// The orthogonal polar factor P Qᵀ of X = P Σ Qᵀ, restricted to singular values above 10⁻⁶ of the largest, where it is unique: a partial isometry.
    /// </summary>
    public Matrix Polar(Matrix matrix)
    {
        var svd = Svd(matrix, tolerance: RankTolerance);
        return Product(svd.Left, svd.Right);
    }

    /// <summary>The thin SVD of B·A, B [m, r] and A [r, n], in O((m + n) r²): a low-rank adapter's without its product.</summary>
    public ThinSvd SvdOfProduct(Matrix b, Matrix a)
    {
        var (left, leftRest) = Qr(b);
        var (right, rightRest) = Qr(Transpose(a));
        var core = Svd(Product(leftRest, rightRest, transposeRight: true));
        return WithSigns(Product(left, core.Left), core.Values, Product(core.Right, right, transposeRight: true));
    }

    /// <summary>The first triples whose singular value is counted, no more than <paramref name="rank"/>.</summary>
    public ThinSvd Leading(ThinSvd svd, Func<double, bool> counts, int rank = int.MaxValue)
    {
        var kept = Math.Min(rank, svd.Values.TakeWhile(counts).Count());
        return kept == svd.Rank ? svd : new ThinSvd(TakeColumns(svd.Left, 0, kept), svd.Values[..kept], TakeRows(svd.Right, 0, kept));
    }

    /// <summary>Turns pairs of singular vectors so that the largest element of every left one is positive (the first of several).</summary>
    protected ThinSvd WithSigns(Matrix left, double[] values, Matrix right)
    {
        var elements = Read(left);
        var (largest, signs) = (new double[values.Length], new double[values.Length]);
        Array.Fill(signs, 1);
        for (var row = 0; row < left.Rows; row++)
            for (var column = 0; column < values.Length; column++)
                if (elements[(row * values.Length) + column] is var element && Math.Abs(element) > largest[column])
                    (largest[column], signs[column]) = (Math.Abs(element), Math.Sign(element));
        return Array.TrueForAll(signs, sign => sign > 0)
            ? new ThinSvd(left, values, right)
            : new ThinSvd(ScaleColumns(left, signs), values, ScaleRows(right, signs));
    }
}
