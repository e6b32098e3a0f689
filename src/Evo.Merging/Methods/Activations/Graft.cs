using System.Buffers;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Activations;

/// <summary>One model's part in <see cref="Ota"/>: its weights h, 0 where its task vector is left out.</summary>
internal sealed record Graft(int Model, Curvature Curvature, double Share, double Power, double Epsilon, float Threshold, MagnitudeCut? Cut)
{
    /// <summary>h of a run, in scratch memory.</summary>
    public Block Weights(TensorRun run, Block vector)
    {
        var (weights, mask) = (run.Scratch(1), run.Scratch(2));
        var buffer = ArrayPool<float>.Shared.Rent(run.Length);
        var values = buffer.AsSpan(0, run.Length);
        Curvature.Read(run.Start, values);
        if (Cut is { } cut)
        {
            Saliency(values, vector, mask);
            mask.MarkLargest(cut);
        }

        var vectors = vector.OnHost();
        for (var index = 0; index < values.Length; index++)
        {
            var isKept = Threshold == 0 || (double)values[index] * vectors[index] * vectors[index] >= Threshold;
            values[index] = isKept ? (float)(Share * (PowerOf(values[index]) + Epsilon)) : 0;
        }

        weights.Load(0, values);
        if (Cut is not null)
            weights.Multiply(mask);
        ArrayPool<float>.Shared.Return(buffer);
        return weights;
    }

    /// <summary>The saliencies of a run, in scratch memory: what <see cref="Cut"/> is a cut of.</summary>
    public static Block Saliency(TensorRun run, Curvature curvature, Block vector)
    {
        var buffer = ArrayPool<float>.Shared.Rent(run.Length);
        var values = buffer.AsSpan(0, run.Length);
        curvature.Read(run.Start, values);
        var saliency = run.Scratch(2);
        Saliency(values, vector, saliency);
        ArrayPool<float>.Shared.Return(buffer);
        return saliency;
    }

    /// <summary>
    /// √v · |τ|, which orders as v τ² does and does not vanish in float32; the next larger number of it, so that a cut among zeros is a cut: a weight that is
    /// kept counts with ε even where it is the base's.
    /// </summary>
    private static void Saliency(ReadOnlySpan<float> curvature, Block vector, Block target)
    {
        var buffer = ArrayPool<float>.Shared.Rent(curvature.Length);
        var vectors = vector.OnHost();
        for (var index = 0; index < curvature.Length; index++)
            buffer[index] = MathF.BitIncrement(MathF.Sqrt(curvature[index]) * MathF.Abs(vectors[index]));
        target.Load(0, buffer.AsSpan(0, curvature.Length));
        ArrayPool<float>.Shared.Return(buffer);
    }

    private double PowerOf(float value) => Power == 0.5 ? Math.Sqrt(value) : Math.Pow(value, Power);
}
