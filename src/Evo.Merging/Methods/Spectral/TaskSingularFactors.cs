using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Spectral;

/// <summary>
/// Task singular vectors made orthogonal across tasks (arXiv:2412.00081): the top singular triples of every matrix, their left and right vectors each
/// replaced by the nearest orthonormal ones. (rows + columns + 1) numbers a rank.
/// </summary>
/// <param name="Left">U⊥, [rows, Σ ranks].</param>
/// <param name="Values">Singular values, model by model.</param>
/// <param name="Ranks">How many of them are each model's.</param>
/// <param name="Right">V⊥ᵀ, [Σ ranks, columns].</param>
internal sealed record TaskSingularFactors(Factor Left, double[] Values, int[] Ranks, Factor Right) : IPreparedValue
{
    public long Bytes => PreparedSize.OfFields(Left, Values, Ranks, Right);

    /// <param name="rank">Most triples a model gives.</param>
    public static TaskSingularFactors Of(TensorInputs inputs, int rank) => inputs.Remember(
        $"task singular vectors of rank {rank}", () =>
    {
        var algebra = inputs.Algebra;
        var parts = Enumerable.Range(0, inputs.ModelCount).Select(model => inputs.TaskVectorSvd(model, rank)).ToArray();
        var left = algebra.Polar(algebra.JoinColumns([.. parts.Select(part => part.Left)]));
        var right = algebra.Polar(algebra.JoinRows([.. parts.Select(part => part.Right)]));
        return new TaskSingularFactors(
            inputs.Keep(left), [.. parts.SelectMany(part => part.Values)], [.. parts.Select(part => part.Rank)], inputs.Keep(right));
    });

    /// <summary>The singular values, each times its model's factor.</summary>
    public double[] Weighted(Func<int, double> factorOf)
    {
        var weighted = new List<double>(Values.Length);
        for (var model = 0; model < Ranks.Length; model++)
            for (var triple = 0; triple < Ranks[model]; triple++)
                weighted.Add(Values[weighted.Count] * factorOf(model));
        return [.. weighted];
    }
}
