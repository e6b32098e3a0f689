using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Spectral;

/// <summary>Rotations of the input side of a weight, and their generators (card of OrthoMerge, arXiv:2602.05943).</summary>
internal static class Rotations
{
    private const double RankTolerance = 1e-10; // of singular values of a product of two weights
    private const double Orthogonality = 1e-6;

    /// <summary>
    /// The R that brings W₀ R nearest to the target, of all orthogonal ones (Procrustes): P Qᵀ of W₀ᵀ T = P Σ Qᵀ. Where W₀ sees nothing (fewer rows
    /// than columns) R is free; there it is the one nearest to the identity.
    /// </summary>
    /// <returns>Null when there is none to machine precision.</returns>
    public static Matrix? Procrustes(MatrixAlgebra algebra, Matrix weights, Matrix target)
    {
        var size = weights.Columns;
        var svd = algebra.Svd(algebra.Product(weights, target, transposeLeft: true), tolerance: RankTolerance);
        var rotation = algebra.Product(svd.Left, svd.Right);
        if (svd.Rank < size)
        {
            var identity = algebra.Identity(size);
            var beyondLeft = algebra.Sum((1, identity), (-1, algebra.Product(svd.Left, svd.Left, transposeRight: true)));
            var beyondRight = algebra.Sum((1, identity), (-1, algebra.Product(svd.Right, svd.Right, transposeLeft: true)));
            rotation = algebra.Sum((1, rotation), (1, algebra.Polar(algebra.Product(beyondLeft, beyondRight))));
        }

        var deviation = algebra.Sum((1, algebra.Product(rotation, rotation, transposeLeft: true)), (-1, algebra.Identity(size)));
        return algebra.SumOfSquares(deviation) <= Orthogonality * Orthogonality * size ? rotation : null;
    }

    /// <summary>
    /// The Cayley generator A = (R + I)⁻¹ (R − I), skew-symmetric; tan(φ/2) for a turn by φ. Computed as (2I + R + Rᵀ)⁻¹ (R − Rᵀ), a positive definite system.
    /// </summary>
    /// <returns>Null for a half turn, which has no generator.</returns>
    public static Matrix? Generator(MatrixAlgebra algebra, Matrix rotation)
    {
        var transposed = algebra.Transpose(rotation);
        var cosines = algebra.Sum((2, algebra.Identity(rotation.Rows)), (1, rotation), (1, transposed));
        return algebra.SolvePositiveDefinite(cosines, algebra.Sum((1, rotation), (-1, transposed))) is { } generator
            ? algebra.Sum((.5, generator), (-.5, algebra.Transpose(generator)))
            : null;
    }

    /// <summary>(ΣAᵢ / ‖ΣAᵢ‖) · mean ‖Aᵢ‖: the common direction with the mean length; zero where the sum is.</summary>
    public static Matrix Mean(MatrixAlgebra algebra, IReadOnlyList<Matrix> generators)
    {
        var sum = algebra.Sum([.. generators.Select(generator => (1.0, generator))]);
        var length = Math.Sqrt(algebra.SumOfSquares(sum));
        var mean = generators.Average(generator => Math.Sqrt(algebra.SumOfSquares(generator)));
        return algebra.Sum((length < 1e-8 ? 0 : mean / length, sum));
    }
}
