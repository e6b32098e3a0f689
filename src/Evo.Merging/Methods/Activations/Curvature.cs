using System.Collections.Immutable;
using Evo.Merging.Calibration;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Activations;

/// <summary>How strongly a model's loss bends in each weight of one tensor, by one of several proxies.</summary>
internal sealed class Curvature
{
    private readonly ITensorStatistics _statistics;
    private readonly float[]? _columns;
    private readonly float[]? _rows;

    private Curvature(ITensorStatistics statistics, float[]? columns, float[]? rows)
    {
        _statistics = statistics;
        _columns = columns;
        _rows = rows;
    }

    /// <param name="byChannel">Take the mean square of the input channel that a weight multiplies.</param>
    /// <param name="rankOne">Take the outer product of the row sums and the column sums, divided by the total.</param>
    /// <returns>Null when nothing is known of the tensor.</returns>
    public static Curvature? Of(TensorInputs inputs, ITensorStatistics? statistics, bool byChannel, bool rankOne)
    {
        if (byChannel)
        {
            return statistics is { Channels: > 0 } && inputs.Shape.Length == 2 && inputs.Shape[1] == statistics.Channels
                ? new Curvature(statistics, statistics.SecondMoments.ToArray(), null)
                : null;
        }

        if (statistics is not { HasCurvature: true })
            return null;
        return rankOne && inputs.Shape.Length == 2 ? RankOne(statistics, inputs.Shape) : new Curvature(statistics, null, null);
    }

    /// <summary>The values from a flat index on.</summary>
    public void Read(long start, Span<float> values)
    {
        if (_columns is null)
        {
            _statistics.Curvature(start, values.Length).CopyTo(values);
            return;
        }

        var (row, column) = Math.DivRem(start, (long)_columns.Length);
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = _columns[column] * (_rows is null ? 1 : _rows[row]);
            if (++column == _columns.Length)
                (row, column) = (row + 1, 0);
        }
    }

    private static Curvature RankOne(ITensorStatistics statistics, ImmutableArray<long> shape)
    {
        var (rows, columns) = (new double[shape[0]], new double[shape[1]]);
        for (var row = 0; row < rows.Length; row++)
        {
            var values = statistics.Curvature((long)row * columns.Length, columns.Length);
            for (var column = 0; column < columns.Length; column++)
            {
                rows[row] += values[column];
                columns[column] += values[column];
            }
        }

        // The factors are kept near the values' own size: v is often so small that a product of two sums would vanish in float32.
        var root = rows.Sum() is > 0 and var total ? 1 / Math.Sqrt(total) : 0;
        return new Curvature(statistics, [.. columns.Select(sum => (float)(sum * root))], [.. rows.Select(sum => (float)(sum * root))]);
    }
}
