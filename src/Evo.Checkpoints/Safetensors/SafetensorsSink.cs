using System.Buffers;
using Evo.Checkpoints.Files;
using Evo.Checkpoints.Tensors;
using Microsoft.Win32.SafeHandles;

namespace Evo.Checkpoints.Safetensors;

/// <summary>
/// A safetensors file being filled. Its room is reserved (on a disk) and its header written at once; every tensor is then appended to piece by piece,
/// or its pieces are put in their places in any order. Different tensors may be written from different threads, and so may places. What has been
/// written is sent to the device on the way, so that the flush at the end has little left to do.
/// </summary>
internal sealed class SafetensorsSink : IDisposable
{
    private const int PieceElements = 1 << 16;
    private const int WritebackBytes = 1 << 25;

    private readonly SafeFileHandle _file;
    private readonly Dictionary<string, Cursor> _cursors;
    private long _missingBytes;
    private long _unsentBytes;

    /// <exception cref="IOException">The file exists, or there is no room for it.</exception>
    public SafetensorsSink(string path, SafetensorsLayout layout)
    {
        _missingBytes = layout.FileLength - layout.Start.Length;
        _cursors = layout.Tensors.ToDictionary(
            tensor => tensor.Info.Name, tensor => new Cursor(tensor.Info, layout.Start.Length + tensor.Begin), StringComparer.Ordinal);
        var reserved = DiskSpace.IsInMemory(Path.GetDirectoryName(path)!) ? 0 : layout.FileLength;
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, reserved);
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

        var position = cursor.Position;
        cursor.Position += bytes.Length;
        Put(cursor, bytes, position);
    }

    /// <summary>Puts bytes in their place; every byte of the tensor once.</summary>
    /// <param name="offset">From the tensor's start.</param>
    /// <exception cref="InvalidOperationException">The tensor ends before.</exception>
    public void Write(string tensor, long offset, ReadOnlySpan<byte> bytes)
    {
        var cursor = _cursors[tensor];
        cursor.Require(bytes.Length, offset);
        if (bytes.IsEmpty)
            return;

        Put(cursor, bytes, cursor.Start + offset);
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

    private void Put(Cursor cursor, ReadOnlySpan<byte> bytes, long position)
    {
        RandomAccess.Write(_file, bytes, position);
        if (Interlocked.Add(ref _unsentBytes, bytes.Length) >= WritebackBytes)
        {
            Interlocked.Exchange(ref _unsentBytes, 0);
            Durable.StartWriteback(_file);
        }

        cursor.Count(bytes.Length);
        Interlocked.Add(ref _missingBytes, -bytes.Length); // last: at zero another thread may close the file
    }

    /// <summary>How far one tensor has been written; <see cref="Start"/> and <see cref="Position"/> count from the file's start.</summary>
    private sealed class Cursor(TensorInfo tensor, long start)
    {
        private long _written;

        public TensorInfo Tensor => tensor;

        public long Start { get; } = start;

        /// <summary>Where the next appended bytes go.</summary>
        public long Position { get; set; } = start;

        public long Missing => tensor.ByteLength - Interlocked.Read(ref _written);

        public void Count(int bytes) => Interlocked.Add(ref _written, bytes);

        public void Require(long bytes) => Require(bytes, Position - Start);

        public void Require(long bytes, long offset)
        {
            if (offset < 0 || bytes > tensor.ByteLength - offset)
            {
                throw new InvalidOperationException(
                    $"tensor {Quoted.Name(tensor.Name)} has room for {Math.Max(0, tensor.ByteLength - offset)} more bytes, not for {bytes}");
            }
        }
    }
}
