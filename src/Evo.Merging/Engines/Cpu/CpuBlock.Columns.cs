using System.Numerics.Tensors;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Columns, walked in stretches that end where a row does.</summary>
internal sealed unsafe partial class CpuBlock
{
    public override void AddScaledColumns(Block other, ReadOnlySpan<float> factors)
    {
        foreach (var (first, column, length) in Stretches(_start, _length, factors.Length))
        {
            var values = Values.Slice(first, length);
            TensorPrimitives.MultiplyAdd(Of(other).Slice(first, length), factors.Slice(column, length), values, values);
        }
    }

    private static IEnumerable<(int First, int Column, int Length)> Stretches(long start, int total, int columns)
    {
        for (var first = 0; first < total;)
        {
            var column = (int)((start + first) % columns);
            var length = Math.Min(total - first, columns - column);
            yield return (first, column, length);
            first += length;
        }
    }
}
