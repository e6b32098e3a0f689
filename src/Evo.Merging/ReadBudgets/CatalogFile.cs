using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Evo.Checkpoints;

namespace Evo.Merging.ReadBudgets;

/// <summary>
/// One model's file of a catalog: a mark, the identity, three numbers for each block, and SHA-256 over all of it. How long it must be is known before it is
/// read, so that nothing in it decides how much memory is taken. Written beside its name and renamed.
/// </summary>
internal sealed class CatalogFile(string folder, byte[] identity, int[] blockCounts)
{
    private const int BytesOfABlock = 20;

    private readonly string _path = Path.Combine(folder, $"{Convert.ToHexStringLower(identity)[..32]}.task-vectors");

    private static ReadOnlySpan<byte> Mark => "EvoTaskVectors/1"u8;

    private int Header => Mark.Length + identity.Length;

    private long Length => Header + (blockCounts.Sum(count => (long)count) * BytesOfABlock) + SHA256.HashSizeInBytes;

    /// <summary>Null when there is no such file, or it is not what was written.</summary>
    public ImmutableArray<ImmutableArray<BlockStatistics>>? Read()
    {
        try
        {
            var file = new FileInfo(_path);
            if (!file.Exists || file.Length != Length)
                return null;
            var bytes = File.ReadAllBytes(_path);
            var content = bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes);
            var isSound = bytes.LongLength == Length && content.StartsWith(Mark) && content[Mark.Length..Header].SequenceEqual(identity)
                && SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(content.Length));
            return isSound ? Parse(content[Header..]) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // made anew; if that fails too, writing it says why
        }
    }

    /// <exception cref="CheckpointException">The folder cannot be written to.</exception>
    public void Write(ImmutableArray<ImmutableArray<BlockStatistics>> blocks)
    {
        var bytes = new byte[Length];
        Mark.CopyTo(bytes);
        identity.CopyTo(bytes, Mark.Length);
        var rest = bytes.AsSpan(Header);
        foreach (var block in blocks.SelectMany(tensor => tensor))
        {
            BinaryPrimitives.WriteDoubleLittleEndian(rest, block.L1);
            BinaryPrimitives.WriteDoubleLittleEndian(rest[8..], block.Energy);
            BinaryPrimitives.WriteSingleLittleEndian(rest[16..], block.Largest);
            rest = rest[BytesOfABlock..];
        }

        SHA256.HashData(bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes), rest);
        var temporary = $"{_path}.{Guid.NewGuid():n}.tmp";
        try
        {
            Directory.CreateDirectory(folder);
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, _path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary))
                File.Delete(temporary);
            throw new CheckpointException(folder, $"the catalog of task vectors cannot be written there: {error.Message}; name another folder with --catalog", error);
        }
    }

    private ImmutableArray<ImmutableArray<BlockStatistics>> Parse(ReadOnlySpan<byte> bytes)
    {
        var tensors = ImmutableArray.CreateBuilder<ImmutableArray<BlockStatistics>>(blockCounts.Length);
        foreach (var count in blockCounts)
        {
            var blocks = ImmutableArray.CreateBuilder<BlockStatistics>(count);
            for (var block = 0; block < count; block++)
            {
                blocks.Add(new BlockStatistics(
                    BinaryPrimitives.ReadDoubleLittleEndian(bytes), BinaryPrimitives.ReadDoubleLittleEndian(bytes[8..]),
                    BinaryPrimitives.ReadSingleLittleEndian(bytes[16..])));
                bytes = bytes[BytesOfABlock..];
            }

            tensors.Add(blocks.MoveToImmutable());
        }

        return tensors.MoveToImmutable();
    }
}
