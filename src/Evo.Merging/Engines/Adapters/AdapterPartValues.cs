using Evo.Checkpoints.Adapters;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Engines.Cpu;

namespace Evo.Merging.Engines.Adapters;

/// <summary>Computes the tensors of one part of a written adapter and writes them.</summary>
internal sealed class AdapterPartValues(AdapterFolderWriter writer, ElementType type, CpuWorkers workers, CancellationToken cancellation)
{
    private const int PieceLength = 64 * CpuRun.Capacity;

    private readonly byte[] _bytes = new byte[PieceLength * sizeof(float)];

    /// <exception cref="NonFiniteMergeException">A value is NaN, infinite, or beyond the written type.</exception>
    public void Write(AdapterPart part)
    {
        cancellation.ThrowIfCancellationRequested();
        if (part.IsSaved)
            WriteSaved(part);
        else if (part.Method.MergedUpdate(part.Inputs, part.Tensor.Parameters) is { } product)
            WriteFactors(part, product);
        else
            throw new InvalidOperationException($"'{part.Name}' has no merged update");
    }

    /// <summary>A and B with the scale in B, lower ranks padded with zeros.</summary>
    private void WriteFactors(AdapterPart part, LowRankProduct product)
    {
        var (rows, columns, scale) = (product.Rows, product.Columns, product.Scale);
        if (part.Sample!.IsTransposed)
        {
            WriteMatrix(part, 0, part.Rank, rows, (k, i) => k < product.Rank ? product.Left[(i * product.Rank) + k] : 0);
            WriteMatrix(part, 1, columns, part.Rank, (i, k) => k < product.Rank ? scale * product.Right[(k * columns) + i] : 0);
        }
        else
        {
            WriteMatrix(part, 0, part.Rank, columns, (k, i) => k < product.Rank ? product.Right[(k * columns) + i] : 0);
            WriteMatrix(part, 1, rows, part.Rank, (i, k) => k < product.Rank ? scale * product.Left[(i * product.Rank) + k] : 0);
        }
    }

    private void WriteMatrix(AdapterPart part, int number, long rows, long columns, Func<long, long, float> element)
    {
        var piece = new float[Math.Min(PieceLength, rows * columns)];
        for (long first = 0; first < rows * columns; first += piece.Length)
        {
            var values = piece.AsSpan(0, (int)Math.Min(piece.Length, (rows * columns) - first));
            for (var i = 0; i < values.Length; i++)
                values[i] = element((first + i) / columns, (first + i) % columns);
            WritePiece(part, part.TensorNames[number], values);
        }
    }

    private unsafe void WriteSaved(AdapterPart part)
    {
        var kernel = part.Tensor.Bind(part.Inputs);
        var output = new float[Math.Min(PieceLength, part.Tensor.Output.ElementCount)];
        for (long start = 0; start < part.Tensor.Output.ElementCount; start += output.Length)
        {
            var length = (int)Math.Min(output.Length, part.Tensor.Output.ElementCount - start);
            fixed (float* target = output)
            {
                var address = (nint)target;
                workers.ForEach(1, (_, run) => TensorExecution.Merge(part.Tensor, kernel, start, length, (float*)address, run), cancellation);
            }

            WritePiece(part, part.TensorNames[0], output.AsSpan(0, length));
        }
    }

    private void WritePiece(AdapterPart part, string name, Span<float> values)
    {
        if (!OutputRounding.RoundAndCheck(values, type, _bytes))
            throw new NonFiniteMergeException(part.Tensor.Output.Name);
        writer.WriteFloats(name, values);
    }
}
