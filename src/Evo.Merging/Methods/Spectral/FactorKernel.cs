using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Spectral;

/// <summary>θ = θ₀ + scale · a task vector that is kept as it is.</summary>
internal sealed record FactorKernel(MatrixAlgebra Algebra, Factor TaskVector, float Scale) : ITensorKernel
{
    public Granularity Granularity => Granularity.Whole;

    public void Apply(TensorRun run)
    {
        run.Output.CopyFrom(run.Base);
        Algebra.Add(run.Output, TaskVector, Scale);
    }
}
