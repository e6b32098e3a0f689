using System.Numerics;
using System.Runtime.InteropServices;

namespace Evo.Inference.Activations;

/// <summary>Σ|x| and Σx² of every channel: in float32 over a few rows, then in float64.</summary>
internal sealed class ChannelSums(int width)
{
    private const int Stretch = 64;

    private readonly double[] _magnitudes = new double[width];
    private readonly double[] _squares = new double[width];
    private readonly float[] _partialMagnitudes = new float[width];
    private readonly float[] _partialSquares = new float[width];

    public void Add(ReadOnlySpan<float> rows)
    {
        for (var start = 0; start < rows.Length; start += Stretch * width)
        {
            var stretch = rows[start..Math.Min(rows.Length, start + (Stretch * width))];
            for (; !stretch.IsEmpty; stretch = stretch[width..])
                AddRow(stretch[..width]);
            Fold(_partialMagnitudes, _magnitudes);
            Fold(_partialSquares, _squares);
        }
    }

    public float[] MeanMagnitudes(long count) => [.. _magnitudes.Select(sum => (float)(sum / count))];

    public float[] SecondMoments(long count) => [.. _squares.Select(sum => (float)(sum / count))];

    private void AddRow(ReadOnlySpan<float> row)
    {
        var magnitudes = MemoryMarshal.Cast<float, Vector<float>>(_partialMagnitudes.AsSpan());
        var squares = MemoryMarshal.Cast<float, Vector<float>>(_partialSquares.AsSpan());
        var values = MemoryMarshal.Cast<float, Vector<float>>(row);
        for (var index = 0; index < values.Length; index++)
        {
            magnitudes[index] += Vector.Abs(values[index]);
            squares[index] += values[index] * values[index];
        }

        for (var channel = values.Length * Vector<float>.Count; channel < width; channel++)
        {
            _partialMagnitudes[channel] += Math.Abs(row[channel]);
            _partialSquares[channel] += row[channel] * row[channel];
        }
    }

    private static void Fold(float[] partial, double[] sums)
    {
        for (var channel = 0; channel < sums.Length; channel++)
            sums[channel] += partial[channel];
        Array.Clear(partial);
    }
}
