using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Spectral;

/// <summary>θ = θ₀ + (Σ leftₜ diag(scalesₜ)) · right: one matrix product a candidate.</summary>
internal sealed record LowRankKernel(MatrixAlgebra Algebra, ScaledFactor[] Left, Factor Right) : ITensorKernel
{
    public Granularity Granularity => Granularity.Whole;

    public void Apply(TensorRun run)
    {
        run.Output.CopyFrom(run.Base);
        Algebra.AddProduct(run.Output, Left, Right);
    }
}
