using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Evo.Merging.Benchmarks.Disk;

/// <summary>
/// What no merge can be quicker than: every input read once and the output written once, on as many threads as there are cores, with no arithmetic between.
/// </summary>
internal static class Floor
{
    private const int Slice = 1 << 20;
    private const int CopyBytes = 1 << 28;

    /// <summary>The floor as a program, of the same runtime as evo: <c>floor OUTPUT INPUT...</c>.</summary>
    public static string[] Command(string output, IEnumerable<string> inputs) => [typeof(Floor).Assembly.Location, "floor", output, .. inputs];

    /// <summary>Bytes a second of copying memory (each byte counted once), all cores at work on blocks too large for any cache.</summary>
    public static unsafe double CopyBandwidth(int turns)
    {
        var threads = Environment.ProcessorCount;
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)(2L * threads * CopyBytes), 4096);
        new Span<byte>(memory, CopyBytes).Fill(1);
        for (var block = 0; block < 2 * threads; block++)
            new Span<byte>(memory + ((long)block * CopyBytes), CopyBytes).Fill((byte)block);
        var best = double.MaxValue;
        for (var turn = 0; turn < turns; turn++)
        {
            var watch = Stopwatch.StartNew();
            Parallel.For(0, threads, thread => Buffer.MemoryCopy(
                memory + (2L * thread * CopyBytes), memory + (((2L * thread) + 1) * CopyBytes), CopyBytes, CopyBytes));
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
        }

        NativeMemory.AlignedFree(memory);
        return (double)threads * CopyBytes / best;
    }

    /// <summary>Streams the files through small buffers. Returns the seconds it took, without the start of the program.</summary>
    public static double Run(string output, IReadOnlyList<string> inputs)
    {
        var length = new FileInfo(inputs[0]).Length;
        var watch = Stopwatch.StartNew();
        var read = inputs.Select(path => File.OpenHandle(path)).ToArray();
        using (var written = File.OpenHandle(output, FileMode.CreateNew, FileAccess.Write))
        {
            long next = -Slice;
            Parallel.For(0, Environment.ProcessorCount, _ =>
            {
                var buffer = GC.AllocateUninitializedArray<byte>(Slice);
                for (var start = Interlocked.Add(ref next, Slice); start < length; start = Interlocked.Add(ref next, Slice))
                    Stream(read, written, buffer.AsSpan(0, (int)Math.Min(Slice, length - start)), start);
            });
            RandomAccess.FlushToDisk(written);
        }

        foreach (var handle in read)
            handle.Dispose();
        return watch.Elapsed.TotalSeconds;
    }

    private static void Stream(SafeFileHandle[] read, SafeFileHandle written, Span<byte> buffer, long start)
    {
        foreach (var input in read)
            for (var done = 0; done < buffer.Length;)
                done += RandomAccess.Read(input, buffer[done..], start + done) is var count && count > 0 ? count : buffer.Length;
        RandomAccess.Write(written, buffer, start);
    }
}
