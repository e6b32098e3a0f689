using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskVectors;

/// <summary>
/// Each element elects the sign of Σ τᵢ, and θ = θ₀ + λ · Σ' wᵢτᵢ / Σ' wᵢ over the models that agree, the division only when normalised: with equal weights
/// the disjoint mean of the TIES paper's code.
/// </summary>
/// <param name="SignOfTies">What a sum of 0 elects.</param>
internal sealed record UnweightedElectionKernel(TaskVectorShare[] Shares, float SignOfTies, bool Normalize, float SmallestDivisor, float Lambda) : ITensorKernel
{
    public void Apply(TensorRun run)
    {
        var vote = Vote(run, Shares);
        vote.ReplaceZeros(SignOfTies);
        var (merged, agreeing) = (run.Output, run.Scratch(1));
        merged.Clear();
        for (var model = 0; model < Shares.Length; model++)
        {
            agreeing.Clear();
            agreeing.AddAgreeing(run.Model(model), vote);
            merged.AddScaled(agreeing, Shares[model].Weight);
        }

        if (Normalize)
        {
            var divisor = run.Scratch(1);
            divisor.Clear();
            for (var model = 0; model < Shares.Length; model++)
                divisor.AddWhereAgreeing(run.Model(model), vote, Shares[model].Weight);
            merged.DivideBy(divisor, SmallestDivisor);
        }

        if (Lambda != 1)
            merged.Scale(Lambda);
        merged.Add(run.Base);
    }

    /// <summary>Σ τᵢ of the trimmed task vectors, which are left in place of the models.</summary>
    public static Block Vote(TensorRun run, TaskVectorShare[] shares)
    {
        var vote = run.Scratch(0);
        vote.Clear();
        for (var model = 0; model < shares.Length; model++)
        {
            var vector = run.TaskVector(model);
            shares[model].Sparsity.Apply(vector, run);
            vote.Add(vector);
        }

        return vote;
    }
}
