using System.Collections.Immutable;
using System.Security.Cryptography;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.ReadBudgets;

/// <summary>A model's tensor of which some blocks are not read: there it is the base, so that its task vector is zero.</summary>
/// <param name="Inner">The tensor as the model has it.</param>
/// <param name="Base">What the task vector is taken from.</param>
/// <param name="Skipped">For each block whether it is left out.</param>
public sealed record PartlyReadTensor(TensorSource Inner, TensorSource Base, ImmutableArray<bool> Skipped) : TensorSource(Inner.Model, Inner.Tensor)
{
    /// <summary>Unlike that of the whole tensor, and the same for the same blocks.</summary>
    public override string ContentId { get; } = $"{Inner.ContentId} without {Convert.ToHexStringLower(
        SHA256.HashData([.. Skipped.Select(skipped => skipped ? (byte)1 : (byte)0)]))} of {BlockStatistics.BlockLength}";

    public override long BytesToRead => Enumerable.Range(0, Skipped.Length).Where(block => !Skipped[block])
        .Sum(block => (long)BlockStatistics.LengthOf(Tensor.ElementCount, block) * Tensor.Type.ByteSize());

    public override IEnumerable<string> Folders => Inner.Folders;

    public override MaskKey MaskKey(long seed) => Inner.MaskKey(seed);

    public override void ReadFloats(long first, Span<float> destination)
    {
        while (!destination.IsEmpty)
        {
            var block = (int)(first / BlockStatistics.BlockLength);
            var source = Skipped[block] ? Base : Inner;
            var here = (int)Math.Min(destination.Length, ((block + 1L) * BlockStatistics.BlockLength) - first);
            source.ReadFloats(first, destination[..here]);
            first += here;
            destination = destination[here..];
        }
    }

    public override void Release()
    {
        Inner.Release();
        Base.Release();
    }
}
