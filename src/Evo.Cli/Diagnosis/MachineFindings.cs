using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Evo.Cli.Output;
using Microsoft.ML.OnnxRuntime;

namespace Evo.Cli.Diagnosis;

/// <param name="Ok">False when Evo cannot work so; <paramref name="Detail"/> then says how to mend it.</param>
internal sealed record Finding(string Name, bool Ok, string Detail);

/// <summary>Looks at the machine; each finding is something that Evo needs or that decides how fast it is.</summary>
internal static class MachineFindings
{
    private const long LeastFreeDisk = 1_000_000_000;

    public static ImmutableArray<Finding> Collect(string folder) =>
    [
        new("runtime", true, $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}"),
        new("processor", true, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, vectors of {VectorBits()} bits")),
        new("memory", true, $"{ScoreText.Bytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)} available to this process"),
        Disk(folder),
        OnnxRuntime(),
        Tokenizers(),
    ];

    private static int VectorBits() => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    private static Finding Disk(string folder)
    {
        var drive = new DriveInfo(Path.GetFullPath(folder));
        var free = drive.AvailableFreeSpace;
        return free >= LeastFreeDisk
            ? new("disk", true, $"{ScoreText.Bytes(free)} free at {folder}")
            : new("disk", false, $"only {ScoreText.Bytes(free)} free at {folder}: make room before a search, its store would run full");
    }

    private static Finding OnnxRuntime()
    {
        try
        {
            var environment = OrtEnv.Instance();
            var devices = environment.GetAvailableProviders().Select(provider => provider.Replace("ExecutionProvider", "", StringComparison.Ordinal));
            return new("ONNX Runtime", true, $"{environment.GetVersionString()}, devices {string.Join(", ", devices)}");
        }
        catch (Exception exception) when (exception is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException)
        {
            return new("ONNX Runtime", false, $"its native library cannot be loaded ({exception.GetBaseException().Message}): build again with npm reachable");
        }
    }

    private static Finding Tokenizers()
    {
        // Looked for, not loaded: without ONNX Runtime beside it the library ends the process.
        string[] names = ["libonnxruntime-genai.so", "libonnxruntime-genai.dylib", "onnxruntime-genai.dll"];
        var found = names.Select(name => Path.Combine(AppContext.BaseDirectory, name)).FirstOrDefault(File.Exists);
        return found is not null
            ? new("tokenizers", true, Path.GetFileName(found))
            : new("tokenizers", false, $"onnxruntime-genai is not in {AppContext.BaseDirectory}: build again with npm reachable");
    }
}
