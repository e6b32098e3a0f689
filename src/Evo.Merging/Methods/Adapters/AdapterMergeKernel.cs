using Evo.Checkpoints.Adapters;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Adapters;

/// <summary>θ = θ₀ + the merged low-rank update + Σ of what is no low-rank update, each made sparse and scaled.</summary>
/// <param name="Update">The merged update; null where no adapter has one.</param>
/// <param name="Dense">Models that are merged as whole task vectors.</param>
internal sealed record AdapterMergeKernel(LowRankProduct? Update, (int Model, MagnitudeCut Cut, float Factor)[] Dense) : ITensorKernel
{
    public void Apply(TensorRun run)
    {
        var merged = run.Output;
        merged.CopyFrom(run.Base);
        if (Update is not null)
            merged.AddProduct(Update, 1);
        foreach (var (model, cut, factor) in Dense)
        {
            var vector = run.TaskVector(model);
            if (cut != MagnitudeCut.Everything)
                vector.KeepLargest(cut);
            merged.AddScaled(vector, factor);
        }
    }
}
