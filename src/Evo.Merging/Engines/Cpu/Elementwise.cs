using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Functions of single elements, and factors by row and column: an element's result does not depend on where its block begins or ends.</summary>
internal static class Elementwise
{
    /// <summary>Below this length the library computes element by element, with other last bits than its vectors have.</summary>
    private const int ShortestVectorised = 16;

    public static void Exponential(Span<float> values)
    {
        if (values.Length >= ShortestVectorised)
            TensorPrimitives.Exp(values, values);
        else
            Padded(values, static padded => TensorPrimitives.Exp(padded, padded));
    }

    public static void HyperbolicTangent(Span<float> values)
    {
        if (values.Length >= ShortestVectorised)
            TensorPrimitives.Tanh(values, values);
        else
            Padded(values, static padded => TensorPrimitives.Tanh(padded, padded));
    }

    public static void Clamp(Span<float> values, float low, float high)
    {
        TensorPrimitives.Max(values, low, values);
        TensorPrimitives.Min(values, high, values);
    }

    public static void MarkPositive(Span<float> values)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] = Vector.ConditionalSelect(Vector.GreaterThan(vectors[i], Vector<float>.Zero), Vector<float>.One, Vector<float>.Zero);
        for (var i = vectors.Length * Vector<float>.Count; i < values.Length; i++)
            values[i] = values[i] > 0 ? 1 : 0;
    }

    /// <param name="start">Flat index of the first value.</param>
    public static void ScaleColumns(Span<float> values, long start, ReadOnlySpan<float> factors)
    {
        var column = (int)(start % factors.Length);
        while (!values.IsEmpty)
        {
            var length = Math.Min(values.Length, factors.Length - column);
            TensorPrimitives.Multiply(values[..length], factors.Slice(column, length), values[..length]);
            values = values[length..];
            column = 0;
        }
    }

    /// <param name="start">Flat index of the first value.</param>
    public static void ScaleRows(Span<float> values, long start, ReadOnlySpan<float> factors, int rowLength)
    {
        var row = (int)(start / rowLength);
        var left = rowLength - (int)(start % rowLength);
        while (!values.IsEmpty)
        {
            var length = Math.Min(values.Length, left);
            TensorPrimitives.Multiply(values[..length], factors[row++], values[..length]);
            values = values[length..];
            left = rowLength;
        }
    }

    private static void Padded(Span<float> values, Action<Span<float>> function)
    {
        Span<float> padded = stackalloc float[ShortestVectorised];
        padded.Clear();
        values.CopyTo(padded);
        function(padded);
        padded[..values.Length].CopyTo(values);
    }
}
