using System.Globalization;
using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Planning.Vocabularies;

/// <summary>The first rows of an embedding or head that has more of them than another model's (padding, or tokens that only this model has).</summary>
/// <param name="Tensor">As the whole, with fewer rows.</param>
internal sealed record CroppedTensor(TensorSource Whole, TensorInfo Tensor) : TensorSource(Whole.Model, Tensor)
{
    public override string ContentId => string.Create(CultureInfo.InvariantCulture, $"{Whole.ContentId} rows 0-{Tensor.Shape[0]}");

    public override long BytesToRead => Tensor.ByteLength;

    public override IEnumerable<string> Folders => Whole.Folders;

    public override void ReadFloats(long first, Span<float> destination) => Whole.ReadFloats(first, destination);

    public override void Release() => Whole.Release();

    public static TensorSource Of(TensorSource whole, long rows) => whole.Tensor.Shape[0] == rows
        ? whole
        : new CroppedTensor(whole, whole.Tensor with { Shape = whole.Tensor.Shape.SetItem(0, rows) });
}
