using System.Buffers;
using System.Numerics.Tensors;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Divergence between the distributions that two rows of weights stand for.</summary>
internal static class SoftmaxDivergence
{
    private const double Floor = 1e-8;

    /// <summary>Σ p ln(p/q), p = softmax(row) + 10⁻⁸ and q alike; both sum to the same, so the divergence is 0 or greater.</summary>
    public static double Of(ReadOnlySpan<float> row, ReadOnlySpan<float> other)
    {
        var memory = ArrayPool<double>.Shared.Rent(2 * row.Length);
        var p = memory.AsSpan(0, row.Length);
        var q = memory.AsSpan(row.Length, row.Length);
        Softmax(row, p);
        Softmax(other, q);
        TensorPrimitives.Divide(p, q, q);
        TensorPrimitives.Log(q, q);
        var divergence = TensorPrimitives.Dot<double>(p, q);
        ArrayPool<double>.Shared.Return(memory);
        return divergence < 0 ? 0 : divergence;
    }

    private static void Softmax(ReadOnlySpan<float> row, Span<double> probabilities)
    {
        TensorPrimitives.ConvertSaturating(row, probabilities);
        TensorPrimitives.Subtract(probabilities, TensorPrimitives.Max<double>(probabilities), probabilities);
        TensorPrimitives.Exp(probabilities, probabilities);
        TensorPrimitives.Divide(probabilities, TensorPrimitives.Sum<double>(probabilities), probabilities);
        TensorPrimitives.Add(probabilities, Floor, probabilities);
    }
}
