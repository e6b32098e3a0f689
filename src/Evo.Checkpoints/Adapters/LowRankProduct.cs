namespace Evo.Checkpoints.Adapters;

/// <summary>
/// Scale · L · R in float32, with L [rows, rank] and R [rank, columns], both row-major: an update laid out as the weight that it is added to. The product
/// is never formed; any run of its elements is computed when asked for, with the same bits wherever a run begins.
/// </summary>
public sealed class LowRankProduct
{
    /// <param name="left">L, rows · rank elements.</param>
    /// <param name="right">R, rank · columns elements.</param>
    /// <exception cref="ArgumentException">The lengths are not those of the extents.</exception>
    public LowRankProduct(long rows, long columns, int rank, float[] left, float[] right, float scale)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.LongLength != checked(rows * rank) || right.LongLength != checked(columns * rank))
            throw new ArgumentException($"{left.LongLength} and {right.LongLength} elements are no factors of rank {rank} of a matrix [{rows}, {columns}]");
        (Rows, Columns, Rank, Left, Right, Scale) = (rows, columns, rank, left, right, scale);
    }

    public long Rows { get; }

    public long Columns { get; }

    public int Rank { get; }

    public float[] Left { get; }

    public float[] Right { get; }

    public float Scale { get; }

    /// <summary>Adds elements [first, first + length) of factor · the product, counted row by row, to <paramref name="destination"/>.</summary>
    public void AddTo(long first, Span<float> destination, float factor = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, (Rows * Columns) - destination.Length);
        while (!destination.IsEmpty)
        {
            var (row, column) = Math.DivRem(first, Columns);
            var isPart = column > 0 || destination.Length < Columns;
            var length = isPart ? (int)Math.Min(destination.Length, Columns - column) : (int)(destination.Length - (destination.Length % Columns));
            var columns = isPart ? length : (int)Columns;
            LowRankRows.Add(
                Left.AsSpan(checked((int)(row * Rank)), length / columns * Rank), Rank, Right.AsSpan(checked((int)column)), checked((int)Columns), columns,
                destination[..length], Scale * factor);
            destination = destination[length..];
            first += length;
        }
    }
}
