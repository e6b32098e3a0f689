namespace Evo.Merging.Methods.Kernels;

/// <summary>θ₀ + factor · (θ − θ₀) of another kernel's θ.</summary>
internal sealed record ScaledChangeKernel(ITensorKernel Inner, float Factor) : ITensorKernel
{
    public Granularity Granularity => Inner.Granularity;

    public void Apply(TensorRun run)
    {
        Inner.Apply(run);
        run.Output.Subtract(run.Base);
        run.Output.Scale(Factor);
        run.Output.Add(run.Base);
    }
}
