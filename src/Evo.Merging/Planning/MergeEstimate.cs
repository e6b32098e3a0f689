using System.Collections.Immutable;

namespace Evo.Merging.Planning;

/// <summary>What carrying out a plan costs, known before it starts.</summary>
/// <param name="BytesRead">Bytes of all inputs of all tensors, each once.</param>
/// <param name="BytesWritten">Bytes of the tensors of the written model.</param>
/// <param name="CandidateBytes">Memory of a candidate buffer (float32).</param>
/// <param name="LargestTensorBytes">The largest output tensor in float32: what the streaming executor would need without row blocks.</param>
public sealed record MergeEstimate(long BytesRead, long BytesWritten, long CandidateBytes, long LargestTensorBytes)
{
    /// <summary>Factors that spectral methods keep from candidate to candidate, were there memory for all of them.</summary>
    public long PreparedBytes { get; init; }

    internal static MergeEstimate Of(ImmutableArray<PlannedTensor> tensors, ImmutableArray<CopiedTensor> copied, long candidateElements) => new(
        tensors.Sum(tensor => tensor.Sources.Sum(source => source.BytesToRead)) + copied.Sum(tensor => tensor.Source.BytesToRead),
        tensors.Sum(tensor => tensor.Output.ByteLength) + copied.Sum(tensor => tensor.Source.Tensor.ByteLength),
        candidateElements * sizeof(float),
        tensors.Max(tensor => tensor.Output.ElementCount) * sizeof(float))
    {
        PreparedBytes = tensors.Sum(tensor => tensor.Method.PreparedBytes(tensor.Place, tensor.Output.Shape, tensor.Parameters)),
    };
}
