using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>Bytes that the merge of one tensor takes while its matrices are worked on.</summary>
/// <param name="Managed">Matrices, and an eighth more for those that were let go and not collected yet.</param>
/// <param name="Native">Eigenvectors in the making and the run's own elements.</param>
internal readonly record struct MatrixBytes(long Managed, long Native)
{
    private const int EigenMatrices = 6; // the matrix, its reflections, and four of the last rank-one update

    public long Total => Managed + Native;

    public static MatrixBytes Of(PlannedTensor tensor)
    {
        var work = tensor.Method.WorkOf(tensor.Place, tensor.Output.Shape, tensor.Parameters);
        if (work.IsNone)
            return default;
        var factors = tensor.Method.PreparedBytes(tensor.Place, tensor.Output.Shape, tensor.Parameters);
        var run = MemoryGate.BytesOf(tensor, checked((int)Math.Min(CpuRun.MostElements, tensor.Output.ElementCount)));
        var managed = (long)(work.Numbers * sizeof(double));
        var native = EigenMatrices * work.EigenSize * work.EigenSize * sizeof(double);
        return new MatrixBytes(Math.Max(managed, factors) * 9 / 8, Math.Max(native, Math.Max(run, tensor.Output.ElementCount * sizeof(float))));
    }
}
