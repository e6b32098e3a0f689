using Evo.Checkpoints.Weights;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines;

/// <summary>
/// Carries out merge plans on one device, again and again: the genome-free part of every tensor (trim orders, norms, dot products) is prepared at
/// its first use and kept, so that a further candidate costs one pass over the weights.
/// </summary>
public interface IMergeEngine : IDisposable
{
    /// <summary><c>cpu</c>, <c>cuda:0</c>, ...</summary>
    string Device { get; }

    /// <summary>Computes and caches what does not depend on parameter values. Optional: <see cref="Merge"/> prepares what is missing.</summary>
    void Prepare(MergePlan plan, CancellationToken cancellation = default);

    /// <summary>
    /// Writes the merged model into <paramref name="target"/>, whose layout must be <see cref="MergePlan.Layout"/>. After an exception the content of the
    /// buffer is undefined; the engine can be used on.
    /// </summary>
    /// <exception cref="NonFiniteMergeException">A merged tensor holds NaN or infinity; the message names it.</exception>
    void Merge(MergePlan plan, ICandidateWeights target, CancellationToken cancellation = default);
}
