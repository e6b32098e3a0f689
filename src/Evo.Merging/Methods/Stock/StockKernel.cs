using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Stock;

/// <summary>θ = t · mean(θᵢ) + (1 - t) · θ₀ with one t for the tensor.</summary>
internal sealed record StockKernel(float Ratio) : ITensorKernel
{
    public void Apply(TensorRun run)
    {
        var merged = run.Output;
        merged.CopyFrom(run.Model(0));
        for (var model = 1; model < run.ModelCount; model++)
            merged.Add(run.Model(model));
        merged.Divide(run.ModelCount);
        merged.Scale(Ratio);
        merged.AddScaled(run.Base, 1 - Ratio);
    }
}
