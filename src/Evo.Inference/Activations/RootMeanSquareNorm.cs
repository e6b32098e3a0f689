using System.Numerics.Tensors;

namespace Evo.Inference.Activations;

/// <summary>RMS normalisation of rows, and its gradient: small enough to need no graph.</summary>
internal static class RootMeanSquareNorm
{
    /// <summary>y = x / √(mean x² + ε) · w, row by row.</summary>
    public static void Apply(ReadOnlySpan<float> rows, ReadOnlySpan<float> weight, float epsilon, Span<float> normalised)
    {
        for (var start = 0; start < rows.Length; start += weight.Length)
        {
            var row = rows.Slice(start, weight.Length);
            var target = normalised.Slice(start, weight.Length);
            TensorPrimitives.Multiply(row, (float)InverseRoot(row, epsilon), target);
            TensorPrimitives.Multiply(target, weight, target);
        }
    }

    /// <summary>Replaces ∂/∂y by ∂/∂x: r·(g − x · r² · mean(g·x)), g = w·∂/∂y, r = 1/√(mean x² + ε).</summary>
    public static void Gradient(ReadOnlySpan<float> rows, ReadOnlySpan<float> weight, float epsilon, Span<float> gradient)
    {
        for (var start = 0; start < rows.Length; start += weight.Length)
        {
            var row = rows.Slice(start, weight.Length);
            var change = gradient.Slice(start, weight.Length);
            var inverse = InverseRoot(row, epsilon);
            TensorPrimitives.Multiply(change, weight, change);
            var overlap = 0.0;
            for (var channel = 0; channel < row.Length; channel++)
                overlap += (double)change[channel] * row[channel];
            var share = inverse * inverse * overlap / row.Length;
            for (var channel = 0; channel < row.Length; channel++)
                change[channel] = (float)(inverse * (change[channel] - (share * row[channel])));
        }
    }

    private static double InverseRoot(ReadOnlySpan<float> row, float epsilon)
    {
        var sum = 0.0;
        foreach (var value in row)
            sum += (double)value * value;
        return 1 / Math.Sqrt((sum / row.Length) + epsilon);
    }
}
