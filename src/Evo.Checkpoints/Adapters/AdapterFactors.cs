namespace Evo.Checkpoints.Adapters;

/// <summary>The factors of an adapter's updates in float32, read when they are first asked for; the most recent are kept.</summary>
internal sealed class AdapterFactors(AdapterFolder adapter)
{
    private const long MostBytes = 16 << 20;

    private readonly RecentProducts _recent = new(MostBytes);

    /// <param name="transposed">The weight lies [in, out]: an embedding, or GPT-2's kind of linear module.</param>
    public LowRankProduct Product(LowRankUpdate update, bool transposed) => _recent.Get((update.Module, transposed), () => Read(update, transposed));

    public void Forget(LowRankUpdate update, bool transposed) => _recent.Forget((update.Module, transposed));

    private LowRankProduct Read(LowRankUpdate update, bool transposed)
    {
        var (a, b) = (adapter.ReadAll(update.A), adapter.ReadAll(update.B));
        var scale = (float)update.Scale;
        return transposed
            ? new LowRankProduct(update.Inputs, update.Outputs, update.Rank, Transposed(a, update.Rank), Transposed(b, (int)update.Outputs), scale)
            : new LowRankProduct(update.Outputs, update.Inputs, update.Rank, b, a, scale);
    }

    /// <summary>A row-major matrix with rows and columns exchanged.</summary>
    internal static float[] Transposed(float[] matrix, int rows)
    {
        var columns = rows == 0 ? 0 : matrix.Length / rows;
        var result = new float[matrix.Length];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
                result[((long)column * rows) + row] = matrix[((long)row * columns) + column];
        return result;
    }
}
