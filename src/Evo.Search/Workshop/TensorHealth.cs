using System.Collections.Concurrent;
using System.Numerics.Tensors;
using Evo.Checkpoints.Weights;
using Evo.Merging.Diagnostics;
using Evo.Merging.Planning;

namespace Evo.Search.Workshop;

/// <summary>
/// The measure <c>unhealthy_tensors</c>: the share of a candidate's tensors whose norm leaves what its parents span (<see cref="HealthCheck"/>), in [0, 1].
/// Norms of parents are computed once.
/// </summary>
internal sealed class TensorHealth
{
    private const int Piece = 1 << 14;

    private readonly ConcurrentDictionary<TensorSource, double> _norms = new();

    public double ShareOfUnhealthy(CpuWeights candidate, MergePlan plan)
    {
        var unhealthy = 0;
        Parallel.For(0, plan.Tensors.Length, index =>
        {
            var tensor = plan.Tensors[index];
            double[] parents = [.. (tensor.Base is { } own ? tensor.Models.Add(own) : tensor.Models).Select(source => _norms.GetOrAdd(source, NormOf))];
            if (!HealthCheck.IsWithin(Norm(candidate.Read(candidate.Layout.Slots[index])), parents))
                Interlocked.Increment(ref unhealthy);
        });
        return (double)unhealthy / plan.Tensors.Length;
    }

    private static double NormOf(TensorSource source)
    {
        var buffer = new float[Piece];
        double squares = 0;
        for (long start = 0; start < source.Tensor.ElementCount; start += Piece)
        {
            var values = buffer.AsSpan(0, (int)Math.Min(Piece, source.Tensor.ElementCount - start));
            source.ReadFloats(start, values);
            squares += TensorPrimitives.SumOfSquares<float>(values);
        }

        return Math.Sqrt(squares);
    }

    private static double Norm(ReadOnlySpan<float> values)
    {
        double squares = 0;
        for (var start = 0; start < values.Length; start += Piece)
            squares += TensorPrimitives.SumOfSquares(values.Slice(start, Math.Min(Piece, values.Length - start)));
        return Math.Sqrt(squares);
    }
}
