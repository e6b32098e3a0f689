using Evo.Checkpoints.Adapters;

namespace Evo.Merging.Methods.Adapters;

/// <summary>Sums of low-rank products as one product: ranks concatenated, so that the sum is exact.</summary>
internal static class LowRankSum
{
    /// <summary>Σ factorᵢ · productᵢ with factors and scales in the left factor, and scale 1; null when there are no terms.</summary>
    /// <exception cref="ArgumentException">The products are not of one shape.</exception>
    public static LowRankProduct? Of(IReadOnlyList<(LowRankProduct Product, double Factor)> terms)
    {
        if (terms.Count == 0)
            return null;
        var (rows, columns) = (terms[0].Product.Rows, terms[0].Product.Columns);
        if (terms.Any(term => term.Product.Rows != rows || term.Product.Columns != columns))
            throw new ArgumentException("products of different shapes cannot be summed", nameof(terms));
        var rank = terms.Sum(term => term.Product.Rank);
        var (left, right) = (new float[checked(rows * rank)], new float[checked(rank * columns)]);
        var first = 0;
        foreach (var (product, factor) in terms)
        {
            var scale = (float)(product.Scale * factor);
            for (long row = 0; row < rows; row++)
                for (var k = 0; k < product.Rank; k++)
                    left[(row * rank) + first + k] = scale * product.Left[(row * product.Rank) + k];
            product.Right.CopyTo(right, first * columns);
            first += product.Rank;
        }

        return new LowRankProduct(rows, columns, rank, left, right, 1);
    }
}
