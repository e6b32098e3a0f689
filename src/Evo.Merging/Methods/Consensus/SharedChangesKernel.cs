using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Consensus;

/// <summary>θ = θ₀ + τᵢ · factorᵢ where one model alone has a change, and + the mean of those that have one elsewhere.</summary>
internal sealed record SharedChangesKernel(float Epsilon, float[] Factors) : ITensorKernel
{
    public void Apply(TensorRun run)
    {
        var vectors = SharedChanges.Changes(run, Epsilon, out var count);
        var merged = run.Output;
        merged.Clear();
        for (var model = 0; model < vectors.Length; model++)
            merged.AddShared(vectors[model], count, Factors[model]);
        merged.Add(run.Base);
    }
}
