using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Spectral;

/// <summary>What spectral methods ask of a tensor of two axes.</summary>
internal static class MatrixInputs
{
    public static int Rows(this TensorInputs inputs) => checked((int)inputs.Shape[0]);

    public static int Columns(this TensorInputs inputs) => checked((int)inputs.Shape[1]);

    /// <summary>The shorter side.</summary>
    public static int LargestRank(this TensorInputs inputs) => Math.Min(inputs.Rows(), inputs.Columns());

    /// <summary>An equal share of the ranks for each model, 1 at least.</summary>
    public static int RankShare(this TensorInputs inputs) => Math.Max(1, inputs.LargestRank() / inputs.ModelCount);

    /// <summary>The share, or a fraction of it.</summary>
    public static int RankShare(this TensorInputs inputs, double fraction) =>
        (int)Math.Clamp(Math.Round(inputs.RankShare() * fraction), 1, inputs.RankShare());

    /// <summary>Σ τᵢ.</summary>
    public static Matrix TaskVectorSum(this TensorInputs inputs)
    {
        var sum = inputs.Algebra.Sum((-inputs.ModelCount, inputs.Weights(-1)));
        for (var model = 0; model < inputs.ModelCount; model++)
            sum = inputs.Algebra.Sum((1, sum), (1, inputs.Weights(model)));
        return sum;
    }

    /// <summary>The top singular triples of τᵢ, above 10⁻⁶ of the first.</summary>
    public static ThinSvd TaskVectorSvd(this TensorInputs inputs, int model, int rank = int.MaxValue) => LowRankChange.SvdOfSum(inputs, [model], rank)
        ?? inputs.Algebra.Svd(inputs.TaskVector(model), rank, MatrixAlgebra.RankTolerance);

    /// <summary>Those of Σ τᵢ.</summary>
    public static ThinSvd TaskVectorSumSvd(this TensorInputs inputs, int rank = int.MaxValue) =>
        LowRankChange.SvdOfSum(inputs, [.. Enumerable.Range(0, inputs.ModelCount)], rank)
        ?? inputs.Algebra.Svd(inputs.TaskVectorSum(), rank, MatrixAlgebra.RankTolerance);

    /// <summary>The matrix in float32, to be kept.</summary>
    /// <exception cref="NonFiniteMergeException">float32 does not reach far enough.</exception>
    public static Factor Keep(this TensorInputs inputs, Matrix matrix)
    {
        try
        {
            return inputs.Algebra.Keep(matrix);
        }
        catch (ArgumentException)
        {
            throw new NonFiniteMergeException(inputs.Name, "its factors go beyond float32");
        }
    }
}
