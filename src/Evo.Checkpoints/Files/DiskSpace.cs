using System.Globalization;

namespace Evo.Checkpoints.Files;

/// <summary>Room for an output: checked before anything is written, and told when a write fails all the same.</summary>
internal static class DiskSpace
{
    /// <exception cref="CheckpointException">The volume of <paramref name="folder"/> (which exists) has less than <paramref name="bytes"/>
    /// free.</exception>
    public static void Require(string folder, string output, long bytes)
    {
        if (Free(folder) is { } free && free < bytes)
        {
            throw new CheckpointException(output,
                $"needs {Size(bytes)}, but its volume has only {Size(free)} free; make room or write elsewhere", new IOException("not enough space"));
        }
    }

    /// <summary>What to say when writing below <paramref name="folder"/> failed, for whatever reason.</summary>
    public static CheckpointException Failure(string folder, string output, long bytes, Exception error)
    {
        var free = Free(folder) is { } known ? $"{Size(known)} are free" : "how much is free is unknown";
        return new CheckpointException(output,
            $"could not be written: {error.Message.TrimEnd('.')}; it needs {Size(bytes)} altogether, and {free} on its volume", error);
    }

    /// <summary>Whether a folder, which exists, lies in memory (tmpfs): there is nothing to be gained from reserving room there.</summary>
    public static bool IsInMemory(string folder)
    {
        try
        {
            return new DriveInfo(folder).DriveFormat is "tmpfs" or "ramfs";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Null when the system does not say (some network and virtual file systems).</summary>
    private static long? Free(string folder)
    {
        try
        {
            var volume = new DriveInfo(folder);
            return volume.TotalSize > 0 ? volume.AvailableFreeSpace : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static string Size(long bytes) => bytes switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F1} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
    };
}
