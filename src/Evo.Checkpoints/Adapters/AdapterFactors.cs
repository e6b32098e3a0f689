namespace Evo.Checkpoints.Adapters;

/// <summary>
/// The factors of an adapter's updates in float32, read when they are first asked for. The most recent are kept, up to a few megabytes, because tensors
/// are merged one after the other and in many pieces.
/// </summary>
internal sealed class AdapterFactors(AdapterFolder adapter)
{
    private const long MostElements = 4 << 20; // 16 MB

    private readonly Lock _gate = new();
    private readonly LinkedList<((LowRankUpdate Update, bool Transposed) Key, LowRankProduct Product)> _recent = [];
    private long _elements;

    /// <param name="transposed">The weight lies [in, out]: an embedding, or GPT-2's kind of linear module.</param>
    public LowRankProduct Product(LowRankUpdate update, bool transposed)
    {
        lock (_gate)
        {
            for (var node = _recent.First; node is not null; node = node.Next)
            {
                if (!ReferenceEquals(node.Value.Key.Update, update) || node.Value.Key.Transposed != transposed)
                    continue;
                _recent.Remove(node);
                _recent.AddFirst(node);
                return node.Value.Product;
            }
        }

        var product = Read(update, transposed);
        lock (_gate)
        {
            _recent.AddFirst(((update, transposed), product));
            _elements += Size(product);
            while (_elements > MostElements && _recent.Count > 1)
            {
                _elements -= Size(_recent.Last!.Value.Product);
                _recent.RemoveLast();
            }
        }

        return product;
    }

    private LowRankProduct Read(LowRankUpdate update, bool transposed)
    {
        var (a, b) = (adapter.ReadAll(update.A), adapter.ReadAll(update.B));
        var scale = (float)update.Scale;
        return transposed
            ? new LowRankProduct(update.Inputs, update.Outputs, update.Rank, Transposed(a, update.Rank), Transposed(b, (int)update.Outputs), scale)
            : new LowRankProduct(update.Outputs, update.Inputs, update.Rank, b, a, scale);
    }

    private static float[] Transposed(float[] matrix, int rows)
    {
        var columns = matrix.Length / rows;
        var result = new float[matrix.Length];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
                result[((long)column * rows) + row] = matrix[((long)row * columns) + column];
        return result;
    }

    private static long Size(LowRankProduct product) => product.Left.LongLength + product.Right.LongLength;
}
