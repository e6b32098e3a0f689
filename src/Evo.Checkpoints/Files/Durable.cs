using System.Runtime.InteropServices;

namespace Evo.Checkpoints.Files;

/// <summary>Makes a folder's entries survive a power cut: on Unix a rename lasts only once its folder has been flushed too.</summary>
internal static partial class Durable
{
    private const int ReadOnly = 0;
    private const int InputOutputError = 5;

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

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
