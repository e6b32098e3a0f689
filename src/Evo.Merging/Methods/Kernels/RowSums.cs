using System.Collections.Concurrent;

namespace Evo.Merging.Methods.Kernels;

/// <summary>Sums over a tensor that is seen in whole rows.</summary>
internal static class RowSums
{
    /// <summary>Like <see cref="TensorInputs.Sum"/>: added in the order of the elements.</summary>
    public static double[] Of(TensorInputs inputs, int sums, Action<TensorRun, Span<double>> visit)
    {
        var parts = new ConcurrentDictionary<long, double[]>();
        inputs.Scan(Granularity.Rows, run =>
        {
            var part = new double[sums];
            visit(run, part);
            parts[run.Start] = part;
        });
        var total = new double[sums];
        foreach (var (_, part) in parts.OrderBy(part => part.Key))
            for (var sum = 0; sum < sums; sum++)
                total[sum] += part[sum];
        return total;
    }
}
