using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Spectral;

/// <summary>
/// Orthonormal bases that cover the kept singular directions of all tasks, and those directions in them. (rows + columns) · 4 bytes and K · 16 bytes for each
/// of the K ranks together.
/// </summary>
/// <param name="Left">U, task by task: [rows, K].</param>
/// <param name="Right">Vᵀ: [K, columns].</param>
/// <param name="LeftCoordinates">Uᵀ Uᵢ of all tasks side by side, [K, K].</param>
/// <param name="RightCoordinates">Vᵢᵀ V of all tasks below each other, [K, K].</param>
/// <param name="Values">The kept singular values of each task.</param>
internal sealed record TaskCover(Factor Left, Factor Right, Matrix LeftCoordinates, Matrix RightCoordinates, double[][] Values) : IPreparedValue
{
    public long Bytes => PreparedSize.OfFields(Left, Right, LeftCoordinates, RightCoordinates, Values);

    public int[] Ranks => Array.ConvertAll(Values, values => values.Length);

    public static TaskCover Of(TensorInputs inputs, int rank) => inputs.Remember($"cover of task directions of rank {rank}", () =>
    {
        var algebra = inputs.Algebra;
        var parts = Enumerable.Range(0, inputs.ModelCount).Select(model => inputs.TaskVectorSvd(model, rank)).ToArray();
        var (left, right) = (algebra.JoinColumns([.. parts.Select(part => part.Left)]), algebra.JoinRows([.. parts.Select(part => part.Right)]));
        var (leftBasis, rightBasis) = (algebra.Polar(left), algebra.Polar(right));
        return new TaskCover(
            inputs.Keep(leftBasis),
            inputs.Keep(rightBasis),
            algebra.Product(leftBasis, left, transposeLeft: true),
            algebra.Product(right, rightBasis, transposeRight: true),
            [.. parts.Select(part => part.Values)]);
    });
}
