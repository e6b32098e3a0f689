using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Stitching;

/// <summary>θ = θ₀ + λ Σ mᵢ τᵢ / Σ mᵢ with a mask of 0 and 1 for each model; θ₀ where no mask is on.</summary>
internal sealed record StitchKernel(MagnitudeCut[] Cuts, float Lambda) : ITensorKernel
{
    public void Apply(TensorRun run)
    {
        var (merged, mask, count) = (run.Output, run.Scratch(0), run.Scratch(1));
        merged.Clear();
        count.Clear();
        for (var model = 0; model < Cuts.Length; model++)
        {
            var vector = run.TaskVector(model);
            mask.CopyFrom(vector);
            mask.MarkLargest(Cuts[model]);
            count.Add(mask);
            vector.Multiply(mask);
            merged.Add(vector);
        }

        merged.DivideBy(count, 0);
        if (Lambda != 1)
            merged.Scale(Lambda);
        merged.Add(run.Base);
    }
}
