using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Evo.Checkpoints.Files;

/// <summary>
/// A file mapped read-only into memory: its bytes are paged in when they are looked at and cost no managed memory. The file must not be
/// shortened while it is mapped: the operating system answers a read past its new end by ending the process.
/// </summary>
internal sealed unsafe partial class MappedFile : IDisposable
{
    private const int WillBeNeeded = 3;
    private const int NotNeeded = 4;

    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private int _disposed;

    private MappedFile(SafeFileHandle handle, long length)
    {
        Length = length;
        _map = MemoryMappedFile.CreateFromFile(
            handle, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        try
        {
            _view = _map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            byte* pointer = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            _start = pointer + _view.PointerOffset;
        }
        catch
        {
            _view?.Dispose();
            _map.Dispose();
            throw;
        }
    }

    public long Length { get; }

    /// <summary>Maps a regular file of at least <paramref name="minimumLength"/> bytes (above 0).</summary>
    /// <exception cref="CheckpointException">It is missing, too short (pipes and devices count as empty), or may not be read.</exception>
    public static MappedFile Open(string path, long minimumLength)
    {
        try
        {
            // Looked at before it is opened: opening a named pipe would wait for its writer.
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                throw new CheckpointException(path, Directory.Exists(path)
                    ? "is a folder, where a file was expected"
                    : "does not exist");
            }

            RequireLength(path, FinalLength(file), minimumLength);
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            try
            {
                var length = RandomAccess.GetLength(handle);
                RequireLength(path, length, minimumLength);
                return new MappedFile(handle, length);
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(path, $"cannot be read: {error.Message}", error);
        }
    }

    /// <summary>
    /// The bytes from <paramref name="offset"/> on. Valid until <see cref="Dispose"/>, which the caller must not run meanwhile.
    /// </summary>
    public ReadOnlySpan<byte> Slice(long offset, int count)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - count);
        return new ReadOnlySpan<byte>(_start + offset, count);
    }

    /// <summary>Says that these bytes will be wanted soon, so that the system reads them meanwhile. A hint: it changes nothing else and never fails.</summary>
    public void Prefetch(long offset, long count)
    {
        if (!OperatingSystem.IsLinux() || offset < 0 || count <= 0 || offset > Length - count)
            return;
        var unaligned = offset % Environment.SystemPageSize;
        _ = Advise(_start + offset - unaligned, (nuint)(count + unaligned), WillBeNeeded);
    }

    /// <summary>
    /// Says that these bytes will not be wanted for a while: their pages leave the process, not the system's cache, and come back when they are looked at. Unmapping
    /// at the end is done by one thread; this spreads it over all. Must not run beside <see cref="Dispose"/>.
    /// </summary>
    public void Release(long offset, long count)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this); // other memory may lie there by now
        if (!OperatingSystem.IsLinux() || offset < 0 || count <= 0 || offset > Length - count)
            return;
        long page = Environment.SystemPageSize;
        var (first, end) = ((offset + page - 1) / page * page, (offset + count) / page * page);
        if (first < end)
            _ = Advise(_start + first, (nuint)(end - first), NotNeeded);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(byte* start, nuint length, int advice);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;

        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }

    private static long FinalLength(FileInfo file) =>
        file.LinkTarget is null ? file.Length : (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo)?.Length ?? 0;

    private static void RequireLength(string path, long length, long minimumLength)
    {
        if (length < minimumLength)
        {
            throw new CheckpointException(path,
                $"holds {length} bytes, fewer than the {minimumLength} of the shortest valid file; download or copy it again");
        }
    }
}
