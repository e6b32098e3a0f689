using Evo.Checkpoints.Adapters;
using Evo.Checkpoints.Models;

namespace Evo.Merging.Planning;

/// <summary>A tensor of a model under an adapter (<c>model+adapter</c>), computed while it is read.</summary>
/// <param name="Folder">The base of the adapter.</param>
/// <param name="Adapter">The adapter.</param>
/// <param name="Data">The tensor as the adapter changes it.</param>
public sealed record AdaptedTensor(string Model, ModelFolder Folder, AdapterFolder Adapter, AdaptedTensorData Data) : TensorSource(Model, Data.Tensor)
{
    public override string ContentId => $"{Folder.ContentHash} {Tensor.Name} + {Adapter.ContentHash}";

    public override long BytesToRead => Data.BytesToRead;

    public override IEnumerable<string> Folders => [Folder.Path, Adapter.Path];

    public override void ReadFloats(long first, Span<float> destination) => Data.ReadFloats(first, destination);

    public override void Release() => Data.Release();

    /// <summary>True when the other tensor is the one that the adapter changes.</summary>
    public bool IsChangeOf(TensorSource? other) => other is StoredTensor stored && ReferenceEquals(stored.Folder, Folder) && stored.Tensor.Name == Tensor.Name;
}
