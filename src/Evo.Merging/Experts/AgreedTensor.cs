using System.Buffers;
using System.Collections.Immutable;
using Evo.Merging.Planning;

namespace Evo.Merging.Experts;

/// <summary>
/// A tensor that several models must have in common, bit for bit, because their experts were trained around it: compared while it is read, without a pass
/// of its own.
/// </summary>
internal sealed record AgreedTensor(TensorSource First, ImmutableArray<TensorSource> Others) : TensorSource(First.Model, First.Tensor)
{
    public override string ContentId => First.ContentId;

    public override long BytesToRead => First.BytesToRead + Others.Sum(other => other.BytesToRead);

    public override IEnumerable<string> Folders => First.Folders.Concat(Others.SelectMany(other => other.Folders)).Distinct();

    /// <exception cref="RecipeException">A model has other values.</exception>
    public override void ReadFloats(long first, Span<float> destination)
    {
        First.ReadFloats(first, destination);
        var rented = ArrayPool<float>.Shared.Rent(destination.Length);
        try
        {
            var values = rented.AsSpan(0, destination.Length);
            foreach (var other in Others)
            {
                other.ReadFloats(first, values);
                for (var i = 0; i < values.Length; i++)
                    if (BitConverter.SingleToInt32Bits(values[i]) != BitConverter.SingleToInt32Bits(destination[i]))
                        throw new RecipeException($"'{other.Tensor.Name}' of '{other.Model}' differs from '{First.Tensor.Name}' of '{First.Model}' at element {first + i}: "
                            + "contributors must have trained with the public part frozen; these experts do not belong together");
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    public override void Release()
    {
        First.Release();
        foreach (var other in Others)
            other.Release();
    }

    public bool Equals(AgreedTensor? other) => other is not null && First == other.First && Others.SequenceEqual(other.Others);

    public override int GetHashCode() => Others.Aggregate(First.GetHashCode(), HashCode.Combine);
}
