using System.Collections.Immutable;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Planning;

namespace Evo.Merging.Experts;

/// <summary>A matrix put together from single rows of others: a router of several contributors'.</summary>
internal sealed record StackedRows(string Model, TensorInfo Tensor, ImmutableArray<(TensorSource Source, long Row)> Rows) : TensorSource(Model, Tensor)
{
    public override string ContentId => string.Join(" | ", Rows.Select(row => $"{row.Source.ContentId} row {row.Row}"));

    public override long BytesToRead => Rows.Sum(row => row.Source.BytesToRead / row.Source.Tensor.Shape[0]);

    public override IEnumerable<string> Folders => Rows.SelectMany(row => row.Source.Folders).Distinct();

    public override void ReadFloats(long first, Span<float> destination)
    {
        var columns = Tensor.ElementCount / Rows.Length;
        while (!destination.IsEmpty)
        {
            var (row, column) = Math.DivRem(first, columns);
            var part = destination[..(int)Math.Min(destination.Length, columns - column)];
            Rows[(int)row].Source.ReadFloats((Rows[(int)row].Row * columns) + column, part);
            destination = destination[part.Length..];
            first += part.Length;
        }
    }

    public override void Release()
    {
        foreach (var row in Rows)
            row.Source.Release();
    }

    public bool Equals(StackedRows? other) => other is not null && Model == other.Model && Tensor == other.Tensor && Rows.SequenceEqual(other.Rows);

    public override int GetHashCode() => Rows.Aggregate(Tensor.GetHashCode(), HashCode.Combine);
}
