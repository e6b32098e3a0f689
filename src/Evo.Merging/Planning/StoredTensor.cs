using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Planning;

/// <summary>A tensor as a model folder stores it.</summary>
public sealed record StoredTensor(string Model, ModelFolder Folder, TensorInfo Tensor) : TensorSource(Model, Tensor)
{
    public override string ContentId => $"{Folder.ContentHash} {Tensor.Name}";

    public override long BytesToRead => Tensor.ByteLength;

    public override IEnumerable<string> Folders => [Folder.Path];

    /// <summary>By a sample of the tensor's own bytes: a merge to disk need not hash its models in full.</summary>
    public override MaskKey MaskKey(long seed) => Methods.Kernels.MaskKey.Of(seed, Folder.SampleHash(Tensor.Name), Tensor.Name);

    public override void ReadFloats(long first, Span<float> destination) => Folder.ReadFloats(Tensor.Name, first, destination);

    public override void Release() => Folder.Release(Tensor.Name);
}
