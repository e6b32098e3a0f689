using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Activations;

/// <summary>Merges a whole matrix by a computation in float64.</summary>
internal sealed class RegressionKernel(TensorInputs inputs, Func<Matrix> merged) : ITensorKernel
{
    public Granularity Granularity => Granularity.Whole;

    public void Apply(TensorRun run)
    {
        var matrix = merged();
        var values = inputs.Algebra.Read(matrix);
        const int Piece = 1 << 16;
        var piece = new float[Math.Min(Piece, values.Length)];
        for (var start = 0; start < values.Length; start += Piece)
        {
            var length = Math.Min(Piece, values.Length - start);
            for (var index = 0; index < length; index++)
                piece[index] = (float)values[start + index];
            run.Output.Load(start, piece.AsSpan(0, length));
        }
    }
}
