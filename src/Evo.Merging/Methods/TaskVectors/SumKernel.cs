using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskVectors;

/// <summary>θ = θ₀ + λ · (Σ wᵢ τᵢ) / divisor.</summary>
internal sealed record SumKernel(TaskVectorShare[] Shares, float Divisor, float Lambda) : ITensorKernel
{
    public Granularity Granularity { get; } = Shares.Any(share => share.Sparsity.Granularity == Granularity.Rows) ? Granularity.Rows : Granularity.Elements;

    public void Apply(TensorRun run)
    {
        var merged = run.Output;
        merged.Clear();
        for (var model = 0; model < Shares.Length; model++)
        {
            var vector = run.TaskVector(model);
            Shares[model].Sparsity.Apply(vector, run);
            merged.AddScaled(vector, Shares[model].Weight);
        }

        if (Divisor != 1)
            merged.Divide(Divisor);
        if (Lambda != 1)
            merged.Scale(Lambda);
        merged.Add(run.Base);
    }
}
