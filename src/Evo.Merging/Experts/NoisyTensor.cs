using System.Globalization;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Experts;

/// <summary>A tensor with normal noise of a standard deviation added, so that equal experts can grow apart in training.</summary>
internal sealed record NoisyTensor(TensorSource Inner, double Scale, MaskKey Key) : TensorSource(Inner.Model, Inner.Tensor)
{
    public override string ContentId => string.Create(CultureInfo.InvariantCulture, $"{Inner.ContentId} + {Scale:R} normal {Key.First:x8}{Key.Second:x8}");

    public override long BytesToRead => Inner.BytesToRead;

    public override IEnumerable<string> Folders => Inner.Folders;

    public override void ReadFloats(long first, Span<float> destination)
    {
        Inner.ReadFloats(first, destination);
        for (var i = 0; i < destination.Length; i++)
            destination[i] += (float)(Scale * NormalNumbers.At(Key, first + i));
    }

    public override void Release() => Inner.Release();
}
