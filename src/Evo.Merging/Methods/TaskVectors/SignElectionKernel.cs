using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskVectors;

/// <summary>
/// δᵢ = wᵢ τᵢ; each element elects the sign of Σ δᵢ (plus at 0), and θ = θ₀ + λ · Σ' δᵢ / Σ' wᵢ over the models that agree, the division only when
/// normalised.
/// </summary>
internal sealed record SignElectionKernel(TaskVectorShare[] Shares, bool Normalize, float SmallestDivisor, float Lambda) : ITensorKernel
{
    public Granularity Granularity { get; } = Shares.Any(share => share.Sparsity.Granularity == Granularity.Rows) ? Granularity.Rows : Granularity.Elements;

    public void Apply(TensorRun run)
    {
        var vote = run.Scratch(0);
        vote.Clear();
        for (var model = 0; model < Shares.Length; model++)
        {
            var delta = run.TaskVector(model);
            Shares[model].Sparsity.Apply(delta, run);
            if (Shares[model].Weight != 1)
                delta.Scale(Shares[model].Weight);
            vote.Add(delta);
        }

        var merged = run.Output;
        merged.Clear();
        for (var model = 0; model < Shares.Length; model++)
            merged.AddAgreeing(run.Model(model), vote);
        if (Normalize)
            DivideByVoters(run, merged, vote);
        if (Lambda != 1)
            merged.Scale(Lambda);
        merged.Add(run.Base);
    }

    private void DivideByVoters(TensorRun run, Block merged, Block vote)
    {
        var divisor = run.Scratch(1);
        divisor.Clear();
        for (var model = 0; model < Shares.Length; model++)
            divisor.AddWhereAgreeing(run.Model(model), vote, Shares[model].Weight);
        merged.DivideBy(divisor, SmallestDivisor);
    }
}
