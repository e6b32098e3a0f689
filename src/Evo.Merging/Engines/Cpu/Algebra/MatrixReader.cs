using System.Numerics.Tensors;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu.Algebra;

/// <summary>Reads a tensor of two axes into a matrix, and refuses what no factorisation can stand.</summary>
internal static class MatrixReader
{
    private const int PieceLength = 1 << 16;

    /// <param name="merged">The output tensor's name.</param>
    /// <exception cref="NonFiniteMergeException">An element is NaN or infinite; or there are too many.</exception>
    public static CpuMatrix Read(TensorSource source, string merged)
    {
        var shape = source.Tensor.Shape;
        if (shape[0] * shape[1] > CpuRun.MostElements)
            throw new NonFiniteMergeException(merged, $"it is larger than methods on whole matrices take ({CpuRun.MostElements} elements)");
        var matrix = CpuMatrix.Uninitialized(checked((int)shape[0]), checked((int)shape[1]));
        var piece = new float[Math.Min(PieceLength, matrix.Values.Length)];
        for (var start = 0; start < matrix.Values.Length; start += piece.Length)
        {
            var values = piece.AsSpan(0, Math.Min(piece.Length, matrix.Values.Length - start));
            source.ReadFloats(start, values);
            if (!OutputRounding.AllFinite(values))
                throw new NonFiniteMergeException(merged, $"'{source.Tensor.Name}' of '{source.Model}' itself holds NaN or infinite values");
            TensorPrimitives.ConvertTruncating<float, double>(values, matrix.Values.AsSpan(start));
        }

        return matrix;
    }
}
