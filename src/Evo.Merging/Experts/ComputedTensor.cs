using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Planning;

namespace Evo.Merging.Experts;

/// <summary>A tensor that no model stores: a router's rows, a bias of zeros.</summary>
internal sealed record ComputedTensor(string Model, TensorInfo Tensor, float[] Values) : TensorSource(Model, Tensor)
{
    public override string ContentId => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(Values.AsSpan())));

    public override long BytesToRead => 0;

    public override IEnumerable<string> Folders => [];

    public override void ReadFloats(long first, Span<float> destination) => Values.AsSpan(checked((int)first), destination.Length).CopyTo(destination);
}
