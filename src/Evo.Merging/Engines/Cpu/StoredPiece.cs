using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Gathers merged elements, as they are stored, for writes of half a megabyte and more.</summary>
internal unsafe ref struct StoredPiece(TensorInfo tensor, ModelFolderWriter writer, CpuRun run, long start)
{
    private readonly int _size = tensor.Type.ByteSize();
    private long _start = start;
    private int _elements;

    /// <summary>Where the next elements go, at most <see cref="TensorExecution.PieceElements"/>.</summary>
    public byte* Room(int elements)
    {
        if (_elements + elements > TensorExecution.PieceElements)
            Flush();
        return run.StoredBytes(TensorExecution.PieceElements * _size) + ((long)_elements * _size);
    }

    public void Filled(int elements)
    {
        _elements += elements;
        if (_elements == TensorExecution.PieceElements)
            Flush();
    }

    public void Flush()
    {
        writer.Write(tensor.Name, _start * _size, new ReadOnlySpan<byte>(run.StoredBytes(0), _elements * _size));
        _start += _elements;
        _elements = 0;
    }
}
