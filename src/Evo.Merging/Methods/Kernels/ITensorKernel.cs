namespace Evo.Merging.Methods.Kernels;

/// <summary>
/// A method bound to one tensor and concrete parameter values: everything that concerns the whole tensor (thresholds, norms, angles) is known, so
/// that runs can be merged in any order, by any number of threads. It holds no state of its own between runs.
/// </summary>
public interface ITensorKernel
{
    /// <summary>What every run must contain.</summary>
    Granularity Granularity => Granularity.Elements;

    /// <summary>Writes <see cref="TensorRun.Output"/>.</summary>
    void Apply(TensorRun run);
}
