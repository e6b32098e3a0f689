using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Consensus;

/// <summary>
/// θ = θ₀ + Σ' cᵢτᵢ / max(Σ' cᵢ, 10⁻⁶), over the models whose element has the sign of Σ τᵢ (plus at 0), the weights having no part in the vote.
/// </summary>
/// <param name="Selected">Which elements take part, by the variance of the models; null for all.</param>
internal sealed record SelectiveElectionKernel(float[] Weights, MagnitudeCut? Selected) : ITensorKernel
{
    private const float SmallestDivisor = 1e-6f;

    public void Apply(TensorRun run)
    {
        var vectors = TaskVectors(run, Selected);
        var vote = run.Scratch(0);
        vote.Clear();
        foreach (var vector in vectors)
            vote.Add(vector);

        var (merged, divisor) = (run.Output, run.Scratch(1));
        merged.Clear();
        divisor.Clear();
        for (var model = 0; model < vectors.Length; model++)
        {
            vectors[model].Scale(Weights[model]);
            merged.AddAgreeing(vectors[model], vote);
            divisor.AddWhereAgreeing(vectors[model], vote, Weights[model]);
        }

        merged.DivideBy(divisor, SmallestDivisor);
        merged.Add(run.Base);
    }

    /// <summary>The task vectors, zero where not selected.</summary>
    public static Block[] TaskVectors(TensorRun run, MagnitudeCut? selected)
    {
        if (selected is not { } cut)
            return run.Vectors(hasBase: true);
        var variance = run.Scratch(0);
        variance.SetVariance(run.Vectors(hasBase: false));
        var vectors = run.Vectors(hasBase: true);
        foreach (var vector in vectors)
            vector.KeepWhereLargest(variance, cut);
        return vectors;
    }
}
