using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Evo.Merging.Benchmarks.Disk;

/// <summary>What one run of a program took.</summary>
/// <param name="Wall">Seconds from start to end, the start of the program included.</param>
/// <param name="Cpu">Seconds of processor time, user and system, children included.</param>
/// <param name="PeakAnonymous">Most bytes of anonymous memory (RssAnon: mapped files do not count), looked at every few milliseconds.</param>
/// <param name="Output">What it printed.</param>
internal sealed record Measurement(double Wall, double Cpu, long PeakAnonymous, string Output);

/// <summary>Runs a program and watches it. Linux only.</summary>
internal static partial class MeasuredProcess
{
    private const int Children = -1;

    /// <exception cref="InvalidOperationException">It did not end with code 0; the message holds what it wrote.</exception>
    public static Measurement Run(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        var cpu = CpuOfChildren();
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var texts = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        long peak = 0;
        while (!process.WaitForExit(3))
            peak = Math.Max(peak, AnonymousBytes(process.Id));
        var wall = watch.Elapsed.TotalSeconds;
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}:\n{string.Join("\n", texts.Result)}");
        return new Measurement(wall, CpuOfChildren() - cpu, peak, texts.Result[0]);
    }

    private static long AnonymousBytes(int process)
    {
        try
        {
            foreach (var line in File.ReadLines($"/proc/{process}/status"))
                if (line.StartsWith("RssAnon:", StringComparison.Ordinal))
                    return long.Parse(line.AsSpan(8, line.Length - 11), CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            // It has ended meanwhile.
        }

        return 0;
    }

    private static unsafe double CpuOfChildren()
    {
        var usage = stackalloc long[18];
        if (GetUsage(Children, usage) != 0)
            throw new InvalidOperationException("getrusage failed");
        return usage[0] + usage[2] + ((usage[1] + usage[3]) / 1e6);
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static unsafe partial int GetUsage(int who, long* usage);
}
