using System.Collections.Immutable;

namespace Evo.Checkpoints.Tensors;

/// <summary>
/// What a checkpoint says of one tensor: its name, element type and shape (row-major, outermost dimension first; empty for a scalar).
/// </summary>
public sealed record TensorInfo(string Name, ElementType Type, ImmutableArray<long> Shape)
{
    /// <summary>Number of elements; 1 for a scalar.</summary>
    /// <exception cref="OverflowException">2^63 or more: no file can hold it.</exception>
    public long ElementCount
    {
        // Not stored: a copy made by "with { Shape = ... }" would keep the old number.
        get
        {
            var count = 1L;
            foreach (var extent in Shape)
                count = checked(count * extent);
            return count;
        }
    }

    /// <summary>Bytes that the elements take in a file.</summary>
    public long ByteLength => checked(ElementCount * Type.ByteSize());

    /// <summary>The shape as a reader writes it: <c>[512, 128]</c>.</summary>
    public string ShapeText => $"[{string.Join(", ", Shape)}]";

    public bool Equals(TensorInfo? other) =>
        other is not null && Name == other.Name && Type == other.Type && Shape.SequenceEqual(other.Shape);

    public override int GetHashCode() => HashCode.Combine(Name, Type, Shape.Length);
}
