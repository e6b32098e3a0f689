using Evo.Checkpoints.Adapters;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Adapters;

/// <summary>
/// The nearest product of a given rank (truncated singular values), without ever forming the matrix (methods-weight-space.md, §0 LowRankSvd). Each new
/// factor has half of the singular values, and the largest element of every left vector is positive.
/// </summary>
internal static class RankCompression
{
    /// <param name="rank">The most that is kept; fewer where the product has fewer. At least 1.</param>
    public static LowRankProduct Of(LowRankProduct product, int rank, MatrixAlgebra algebra)
    {
        if (product.Rank <= rank)
            return product;
        var (rows, columns) = (checked((int)product.Rows), checked((int)product.Columns));
        var svd = algebra.SvdOfProduct(
            algebra.Create(rows, product.Rank, Widened(product.Left)), algebra.Create(product.Rank, columns, Widened(product.Right)));
        var kept = Math.Max(1, svd.Values.Take(rank).Count(value => value > MatrixAlgebra.RankTolerance * svd.Values[0])); // 1 of zeros for a zero product
        var (left, right) = (new float[(long)rows * kept], new float[(long)columns * kept]);
        var u = algebra.Read(svd.Left);
        var v = algebra.Read(svd.Right);
        for (var k = 0; k < Math.Min(kept, svd.Rank); k++)
        {
            var root = Math.Sqrt(svd.Values[k]);
            for (var row = 0; row < rows; row++)
                left[((long)row * kept) + k] = (float)(root * u[(row * svd.Rank) + k]);
            for (var column = 0; column < columns; column++)
                right[((long)k * columns) + column] = (float)(root * v[(k * columns) + column]);
        }

        return new LowRankProduct(rows, columns, kept, left, right, product.Scale);
    }

    private static double[] Widened(float[] values) => Array.ConvertAll(values, value => (double)value);
}
