using System.Runtime.InteropServices;

namespace Evo.Merging.Engines;

/// <summary>
/// The C library's heap. By itself it keeps freed blocks of some megabytes for later, more of them the larger they have been, and memory that was given back would
/// still be the process's.
/// </summary>
internal static partial class NativeHeap
{
    private const int MapThreshold = -3; // M_MMAP_THRESHOLD of malloc.h
    private const int Large = 1 << 18;

    /// <summary>From now on blocks of a quarter of a megabyte and more go back to the system when they are freed. Does nothing where the heap is another.</summary>
    public static void ReturnLargeBlocks()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = SetOption(MapThreshold, Large);
        }
        catch (Exception error) when (error is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library than glibc.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int parameter, int value);
}
