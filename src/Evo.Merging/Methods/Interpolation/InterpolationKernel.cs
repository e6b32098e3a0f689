using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Interpolation;

/// <summary>θ = (1 − share) · base + share · model, each exactly at 0 and 1.</summary>
internal sealed record InterpolationKernel(float Share) : ITensorKernel
{
    public void Apply(TensorRun run)
    {
        run.Output.CopyFrom(run.Base);
        if (Share == 0)
            return;
        run.Output.Scale(1 - Share);
        run.Output.AddScaled(run.Model(0), Share);
    }
}
