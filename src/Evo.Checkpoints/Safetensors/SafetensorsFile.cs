using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using Evo.Checkpoints.Files;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Safetensors;

/// <summary>
/// A safetensors file, mapped into memory: opening reads and checks the header only, tensors are views of the file. Spans are valid until
/// <see cref="Dispose"/>, which must not run while one is in use. No alignment is promised: the format puts tensors where it likes.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly MappedFile _file;
    private readonly long _dataStart;
    private readonly Dictionary<string, StoredTensor> _tensors;

    private SafetensorsFile(string path, MappedFile file, SafetensorsHeader header, long dataStart)
    {
        Path = path;
        _file = file;
        _dataStart = dataStart;
        _tensors = header.Tensors.ToDictionary(tensor => tensor.Info.Name, StringComparer.Ordinal);
        Tensors = [.. header.Tensors.Select(tensor => tensor.Info)];
        Metadata = new ReadOnlyDictionary<string, string>(header.Metadata.ToDictionary(StringComparer.Ordinal));
    }

    /// <summary>The path as it was given.</summary>
    public string Path { get; }

    /// <summary>What the file holds, by offset.</summary>
    public ImmutableArray<TensorInfo> Tensors { get; }

    /// <summary>The header's <c>__metadata__</c>; empty when it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Maps a file and checks its whole header.</summary>
    /// <exception cref="CheckpointException">Missing, unreadable, or its header is malformed or does not describe the file
    /// exactly.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = MappedFile.Open(path, SafetensorsHeader.LengthFieldBytes + 2);
        try
        {
            var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Slice(0, SafetensorsHeader.LengthFieldBytes));
            var rest = file.Length - SafetensorsHeader.LengthFieldBytes;
            if (length == 0)
                throw new CheckpointException(path, "bytes 0 to 7: the header has no length; this is not a safetensors file");
            if (length > SafetensorsHeader.LargestHeader)
            {
                throw new CheckpointException(path,
                    $"bytes 0 to 7: a header of {length} bytes is longer than the {SafetensorsHeader.LargestHeader} that the format allows; this is not a safetensors file");
            }

            if (length > (ulong)rest)
            {
                throw new CheckpointException(path,
                    $"bytes 0 to 7: a header of {length} bytes does not fit into the {rest} bytes that follow; the file was cut off or is not a safetensors file");
            }

            var dataStart = SafetensorsHeader.LengthFieldBytes + (long)length;
            var text = file.Slice(SafetensorsHeader.LengthFieldBytes, (int)length);
            return new SafetensorsFile(path, file, SafetensorsHeaderReader.Read(path, text, file.Length - dataStart), dataStart);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The tensor's entry, or null when the file has none of that name.</summary>
    public TensorInfo? Find(string name) => _tensors.TryGetValue(name, out var tensor) ? tensor.Info : null;

    /// <summary>All bytes of a tensor below 2 GB, as stored (little-endian, row-major).</summary>
    /// <exception cref="CheckpointException">The file has no such tensor.</exception>
    /// <exception cref="InvalidOperationException">It has 2^31 bytes or more: read it in pieces.</exception>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        var tensor = Require(name);
        if (tensor.Info.ByteLength > int.MaxValue)
        {
            throw new InvalidOperationException(
                $"{Path}: tensor {Quoted.Name(name)} has {tensor.Info.ByteLength} bytes, too many for one span; read it in pieces");
        }

        return _file.Slice(_dataStart + tensor.Begin, (int)tensor.Info.ByteLength);
    }

    /// <summary>Says that a tensor will be read soon, so that the system reads it ahead; at most <paramref name="mostBytes"/> of it.</summary>
    /// <exception cref="CheckpointException">The file has no such tensor.</exception>
    public void Prefetch(string name, long mostBytes)
    {
        var tensor = Require(name);
        _file.Prefetch(_dataStart + tensor.Begin, Math.Min(mostBytes, tensor.Info.ByteLength));
    }

    /// <summary>Says that a tensor will not be read for a while, so that its pages leave the process at once and not at its end.</summary>
    /// <exception cref="CheckpointException">The file has no such tensor.</exception>
    public void Release(string name)
    {
        var tensor = Require(name);
        _file.Release(_dataStart + tensor.Begin, tensor.Info.ByteLength);
    }

    /// <summary>A piece of a tensor's bytes.</summary>
    /// <param name="offset">In bytes from the tensor's start.</param>
    /// <exception cref="CheckpointException">The file has no such tensor.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The piece reaches outside the tensor.</exception>
    public ReadOnlySpan<byte> Bytes(string name, long offset, int count)
    {
        var tensor = Require(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, tensor.Info.ByteLength - count);
        return _file.Slice(_dataStart + tensor.Begin + offset, count);
    }

    public void Dispose() => _file.Dispose();

    private StoredTensor Require(string name) => _tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new CheckpointException(Path, $"has no tensor {Quoted.Name(name)}");
}
