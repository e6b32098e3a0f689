using System.Numerics.Tensors;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Whole rows.</summary>
internal sealed unsafe partial class CpuBlock
{
    public override void AddRowDots(Block other, int rowLength, Span<double> dots)
    {
        var x = Values;
        var y = Of(other);
        for (var row = 0; row < dots.Length; row++)
            dots[row] += Reductions.Dot(x.Slice(row * rowLength, rowLength), y.Slice(row * rowLength, rowLength));
    }

    public override void ScaleOwnRows(ReadOnlySpan<float> factors, int rowLength)
    {
        for (var row = 0; row < factors.Length; row++)
        {
            var values = Values.Slice(row * rowLength, rowLength);
            TensorPrimitives.Multiply(values, factors[row], values);
        }
    }

    public override void AddScaledOwnRows(Block other, ReadOnlySpan<float> factors, int rowLength)
    {
        for (var row = 0; row < factors.Length; row++)
        {
            var values = Values.Slice(row * rowLength, rowLength);
            TensorPrimitives.MultiplyAdd(Of(other).Slice(row * rowLength, rowLength), factors[row], values, values);
        }
    }

    public override void RowDivergences(Block other, int rowLength, Span<double> divergences)
    {
        for (var row = 0; row < divergences.Length; row++)
            divergences[row] = SoftmaxDivergence.Of(Values.Slice(row * rowLength, rowLength), Of(other).Slice(row * rowLength, rowLength));
    }

    public override void KeepRanked(MaskKey key, double lowest, double highest, int rowLength) =>
        RankedMask.KeepRanked(Values, _start, key, lowest, highest, rowLength);
}
