using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Weights;

/// <summary>
/// The one reusable buffer that a candidate is written into and that the inference session reads: no file and no session
/// rebuild between candidates. It lives on a device; the CPU form is <see cref="CpuWeights"/>.
/// </summary>
public interface ICandidateWeights : IDisposable
{
    /// <summary>Where the memory is: <c>cpu</c>, <c>cuda:0</c>, ...</summary>
    string Device { get; }

    /// <summary>Type of every element: <see cref="ElementType.F32"/> on the CPU, bf16 or f16 on devices that compute in it.</summary>
    ElementType ElementType { get; }

    WeightLayout Layout { get; }
}
