using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Evo.Checkpoints.Files;

/// <summary>Makes files and a folder's entries survive a power cut: on Unix a rename lasts only once its folder has been flushed too.</summary>
internal static partial class Durable
{
    private const int ReadOnly = 0;
    private const int InputOutputError = 5;
    private const uint StartWriting = 2;
    private const int WorkingDirectory = -100;
    private const uint Exchange = 2;

    /// <summary>Flushes the folder; does nothing on Windows, and nothing where the file system has no such operation.</summary>
    /// <exception cref="IOException">The device failed.</exception>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;

        var descriptor = Open(path, ReadOnly);
        if (descriptor < 0)
            throw new IOException($"the folder {path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");

        var failure = Flush(descriptor) < 0 && Marshal.GetLastPInvokeError() == InputOutputError ? Marshal.GetLastPInvokeErrorMessage() : null;
        _ = Close(descriptor);
        if (failure is not null)
            throw new IOException($"the folder {path} cannot be flushed: {failure}");
    }

    /// <summary>Asks for what was written so far to be sent to the device, and does not wait; a flush is still needed. Linux only, nothing elsewhere.</summary>
    public static void StartWriteback(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux())
            _ = SyncRange(file, 0, 0, StartWriting); // a device that fails is found out by the flush
    }

    /// <summary>
    /// Lets two folders (or files) of one volume change names at once, so that both names are there at any moment. False, with nothing done, where the system
    /// cannot do it.
    /// </summary>
    public static bool TryExchange(string one, string other)
    {
        try
        {
            return OperatingSystem.IsLinux() && Rename(WorkingDirectory, one, WorkingDirectory, other, Exchange) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int oneFolder, string one, int otherFolder, string other, uint flags);

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SyncRange(SafeFileHandle file, long offset, long bytes, uint flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
