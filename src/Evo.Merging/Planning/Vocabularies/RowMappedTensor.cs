using System.Collections.Immutable;
using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Planning.Vocabularies;

/// <summary>
/// A model's embedding or head with its rows in the order of the result's vocabulary: rows of tokens that the model lacks come from other models. Rows are
/// fetched as they are read; only the row of the padding is kept, once it is known.
/// </summary>
/// <param name="Tensor">The model's own name and type, and the result's shape.</param>
/// <param name="Inputs">The tensors that rows come from, all of equal width.</param>
/// <param name="Map">Which row comes from where.</param>
internal sealed record RowMappedTensor(string Model, TensorInfo Tensor, ImmutableArray<TensorSource> Inputs, RowMap Map) : TensorSource(Model, Tensor)
{
    private const int PieceElements = 1 << 16;

    private readonly Lazy<string> _contentId = new(() => $"rows {Map.ContentId(Inputs)}");
    private readonly Lazy<float[]> _padding = new(() => MeanRow(Inputs, Map, (int)(Tensor.ElementCount / Math.Max(1, Tensor.Shape[0]))));

    public override string ContentId => _contentId.Value;

    public override long BytesToRead => Map.Rows.Sum(row => row.IsStored ? (long)Width * Inputs[row.Source].Tensor.Type.ByteSize() : 0);

    public override IEnumerable<string> Folders => Inputs.SelectMany(input => input.Folders).Distinct(StringComparer.Ordinal);

    private int Width => (int)(Tensor.ElementCount / Math.Max(1, Tensor.Shape[0]));

    public bool Equals(RowMappedTensor? other) => other is not null && Model == other.Model && Tensor == other.Tensor && ContentId == other.ContentId;

    public override int GetHashCode() => HashCode.Combine(Model, Tensor);

    public override void ReadFloats(long first, Span<float> destination)
    {
        while (!destination.IsEmpty)
        {
            var (row, column) = ((int)(first / Width), (int)(first % Width));
            var rows = RowsInSequence(row, (destination.Length + column + Width - 1) / Width);
            var piece = destination[..(int)Math.Min(destination.Length, ((long)rows * Width) - column)];
            ReadRows(row, column, piece);
            first += piece.Length;
            destination = destination[piece.Length..];
        }
    }

    public override void Release()
    {
        foreach (var input in Inputs)
            input.Release();
    }

    /// <summary>How many rows from one on are consecutive rows of one tensor, so that one read fetches them all.</summary>
    private int RowsInSequence(int row, int most)
    {
        var start = Map.Rows[row];
        var count = 1;
        while (start.IsStored && count < most && row + count < Map.Rows.Length && Map.Rows[row + count] == new RowOrigin(start.Source, start.Row + count))
            count++;
        return count;
    }

    private void ReadRows(int row, int column, Span<float> destination)
    {
        switch (Map.Rows[row])
        {
            case { IsStored: true } stored:
                Inputs[stored.Source].ReadFloats(((long)stored.Row * Width) + column, destination);
                break;
            case { Source: RowOrigin.Mean } mean:
                ReadMean(Inputs, Map.Means[mean.Row], Width, column, destination);
                break;
            case { Source: RowOrigin.Padding }:
                _padding.Value.AsSpan(column, destination.Length).CopyTo(destination);
                break;
            default:
                destination.Clear();
                break;
        }
    }

    private static void ReadMean(ImmutableArray<TensorSource> inputs, ImmutableArray<RowOrigin> rows, long width, int column, Span<float> destination)
    {
        var sum = new double[destination.Length];
        foreach (var row in rows)
        {
            inputs[row.Source].ReadFloats((row.Row * width) + column, destination);
            for (var i = 0; i < sum.Length; i++)
                sum[i] += destination[i];
        }

        for (var i = 0; i < sum.Length; i++)
            destination[i] = (float)(sum[i] / rows.Length);
    }

    /// <summary>The mean of all rows with a token, summed in their order in double precision.</summary>
    private static float[] MeanRow(ImmutableArray<TensorSource> inputs, RowMap map, int width)
    {
        var tokens = new RowMappedTensor("", new TensorInfo("", ElementType.F32, [map.Rows.Length, width]), inputs, map);
        var sum = new double[width];
        var buffer = new float[Math.Max(1, PieceElements / Math.Max(1, width)) * width];
        long count = 0;
        for (var row = 0; row < map.Rows.Length;)
        {
            if (map.Rows[row].Source == RowOrigin.Padding)
            {
                row++;
                continue;
            }

            var rows = tokens.RowsInSequence(row, buffer.Length / width);
            tokens.ReadRows(row, 0, buffer.AsSpan(0, rows * width));
            for (var element = 0; element < rows * width; element += width)
                for (var column = 0; column < width; column++)
                    sum[column] += buffer[element + column];
            (row, count) = (row + rows, count + rows);
        }

        return [.. sum.Select(value => count == 0 ? 0 : (float)(value / count))];
    }
}
