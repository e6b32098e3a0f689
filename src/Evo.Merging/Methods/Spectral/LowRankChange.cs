using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Spectral;

/// <summary>
/// Singular triples of what low-rank adapters add to the base, from their factors: O((rows + columns) r²) in the place of a whole matrix's decomposition.
/// </summary>
internal static class LowRankChange
{
    /// <summary>
    /// Those of Σ τᵢ = [L₁ L₂ …] [R₁; R₂; …]; null where a model is not the base under such an adapter, where ranks add up to the matrix's own, or where factors
    /// are not finite (the whole matrix then tells whose).
    /// </summary>
    public static ThinSvd? SvdOfSum(TensorInputs inputs, int[] models, int rank)
    {
        var algebra = inputs.Algebra;
        var (lefts, rights) = (new Matrix[models.Length], new Matrix[models.Length]);
        foreach (var (place, model) in models.Index())
        {
            var update = inputs.Adapter(model);
            if (update.Change is not (AdapterChange.LowRank or AdapterChange.Nothing))
                return null;
            var product = update.Change == AdapterChange.LowRank ? update.Product : null;
            var scale = product?.Scale ?? 1;
            lefts[place] = algebra.Create(inputs.Rows(), product?.Rank ?? 0, Array.ConvertAll(product?.Left ?? [], value => (double)scale * value));
            rights[place] = algebra.Create(product?.Rank ?? 0, inputs.Columns(), Array.ConvertAll(product?.Right ?? [], value => (double)value));
        }

        if (lefts.Sum(left => left.Columns) >= inputs.LargestRank())
            return null;
        try
        {
            var svd = algebra.SvdOfProduct(algebra.JoinColumns(lefts), algebra.JoinRows(rights));
            return algebra.Leading(svd, value => value > MatrixAlgebra.RankTolerance * svd.Values[0], rank);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
