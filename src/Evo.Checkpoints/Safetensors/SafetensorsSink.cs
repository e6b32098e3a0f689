using System.Buffers;
using Evo.Checkpoints.Files;
using Evo.Checkpoints.Tensors;
using Microsoft.Win32.SafeHandles;

namespace Evo.Checkpoints.Safetensors;

/// <summary>
/// A safetensors file being filled. Its room is reserved and its header written at once; every tensor is then appended to piece by piece,
/// tensors in any order. Different tensors may be written from different threads.
/// </summary>
internal sealed class SafetensorsSink : IDisposable
{
    private const int PieceElements = 1 << 16;

    private readonly SafeFileHandle _file;
    private readonly Dictionary<string, Cursor> _cursors;
    private long _missingBytes;

    /// <exception cref="IOException">The file exists, or there is no room for it.</exception>
    public SafetensorsSink(string path, SafetensorsLayout layout)
    {
        _missingBytes = layout.FileLength - layout.Start.Length;
        _cursors = layout.Tensors.ToDictionary(
            tensor => tensor.Info.Name, tensor => new Cursor(tensor.Info, layout.Start.Length + tensor.Begin), StringComparer.Ordinal);
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, layout.FileLength);
        try
        {
            RandomAccess.Write(_file, layout.Start, 0);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>True when every tensor has all its bytes.</summary>
    public bool IsFull => Interlocked.Read(ref _missingBytes) == 0;

    /// <summary>Appends to the tensor.</summary>
    /// <exception cref="InvalidOperationException">More bytes than the tensor has.</exception>
    public void Write(string tensor, ReadOnlySpan<byte> bytes)
    {
        var cursor = _cursors[tensor];
        cursor.Require(bytes.Length);
        if (bytes.IsEmpty)
            return; // nothing to count; the file may be closed already

        RandomAccess.Write(_file, bytes, cursor.Position);
        cursor.Position += bytes.Length;
        Interlocked.Add(ref _missingBytes, -bytes.Length);
    }

    /// <summary>Appends values in the tensor's own type, rounded as <see cref="Floats.FromSingle"/> does.</summary>
    /// <exception cref="InvalidOperationException">More elements than the tensor has.</exception>
    /// <exception cref="ArgumentException">The tensor holds no floating-point numbers.</exception>
    public void WriteFloats(string tensor, ReadOnlySpan<float> values)
    {
        var cursor = _cursors[tensor];
        var size = cursor.Tensor.Type.ByteSize();
        cursor.Require((long)values.Length * size);
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(values.Length, PieceElements) * size);
        try
        {
            while (!values.IsEmpty)
            {
                var piece = values[..Math.Min(values.Length, PieceElements)];
                var bytes = buffer.AsSpan(0, piece.Length * size);
                Floats.FromSingle(piece, cursor.Tensor.Type, bytes);
                Write(tensor, bytes);
                values = values[piece.Length..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Flushes to the device and closes.</summary>
    /// <exception cref="InvalidOperationException">A tensor lacks bytes; the message names it.</exception>
    public void Finish()
    {
        foreach (var cursor in _cursors.Values)
        {
            if (cursor.Missing > 0)
            {
                throw new InvalidOperationException(
                    $"tensor {Quoted.Name(cursor.Tensor.Name)} lacks {cursor.Missing} of its {cursor.Tensor.ByteLength} bytes");
            }
        }

        RandomAccess.FlushToDisk(_file);
        _file.Dispose();
    }

    public void Dispose() => _file.Dispose();

    /// <summary>How far one tensor has been written; <see cref="Position"/> counts from the file's start.</summary>
    private sealed class Cursor(TensorInfo tensor, long position)
    {
        private readonly long _end = position + tensor.ByteLength;

        public TensorInfo Tensor => tensor;

        public long Position { get; set; } = position;

        public long Missing => _end - Position;

        public void Require(long bytes)
        {
            if (bytes > Missing)
            {
                throw new InvalidOperationException(
                    $"tensor {Quoted.Name(tensor.Name)} has room for {Missing} more bytes, not for {bytes}");
            }
        }
    }
}
