using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Forecasts;

/// <summary>
/// How fast this machine reads, merges and writes, measured on one tensor of each method and a temporary file. Inputs are read from where they are: from disk when they
/// have not been read lately.
/// </summary>
/// <param name="WriteBytesPerSecond">To the folder's volume, flushed.</param>
public sealed record SpeedProbe(double WriteBytesPerSecond)
{
    private const long MostElements = 1 << 22;
    private const int WrittenBytes = 32 << 20;
    private const double LongEnough = 0.3;

    internal ImmutableDictionary<string, MethodSample> Samples { get; private init; } = ImmutableDictionary<string, MethodSample>.Empty;

    internal static SpeedProbe Of(MergePlan plan, FolderMergeOptions options, string? folder, CancellationToken cancellation)
    {
        using var workers = new CpuWorkers(options.Workers);
        var samples = ImmutableDictionary.CreateBuilder<string, MethodSample>(StringComparer.Ordinal);
        foreach (var group in plan.Tensors.GroupBy(tensor => tensor.Method))
            samples[group.Key.Name] = Sample(Typical([.. group]), workers, cancellation);
        return new SpeedProbe(WriteSpeed(folder)) { Samples = samples.ToImmutable() };
    }

    /// <summary>The largest tensor that is merged in a moment, else the smallest.</summary>
    private static PlannedTensor Typical(PlannedTensor[] tensors) =>
        tensors.Where(tensor => tensor.Output.ElementCount <= MostElements).MaxBy(tensor => tensor.Output.ElementCount)
        ?? tensors.MinBy(tensor => tensor.Output.ElementCount)!;

    /// <summary>Merged twice unless it takes long: the first time, code is compiled and files are paged in.</summary>
    private static unsafe MethodSample Sample(PlannedTensor tensor, CpuWorkers workers, CancellationToken cancellation)
    {
        var output = (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, tensor.Output.ElementCount) * sizeof(float), 64);
        try
        {
            var best = Once();
            return best.Seconds < LongEnough && Once() is var second && second.Seconds < best.Seconds ? second : best;
        }
        finally
        {
            NativeMemory.AlignedFree(output);
        }

        MethodSample Once()
        {
            var watch = Stopwatch.StartNew();
            var cache = new PreparedCache();
            var inputs = CpuPlanInputs.OfOne(tensor, workers, cache, cancellation);
            var kernel = tensor.Bind(inputs);
            var length = TensorExecution.PieceLength(tensor, kernel);
            workers.ForEach((int)((tensor.Output.ElementCount + length - 1) / length), (piece, run) =>
            {
                var start = (long)piece * length;
                TensorExecution.Merge(tensor, kernel, start, (int)Math.Min(length, tensor.Output.ElementCount - start), output + start, run);
            }, cancellation);
            return new MethodSample(tensor, kernel.Granularity, watch.Elapsed.TotalSeconds, cache.Bytes);
        }
    }

    private static double WriteSpeed(string? folder)
    {
        var parent = folder is null ? Path.GetTempPath() : Path.GetDirectoryName(Path.GetFullPath(folder)) ?? Path.GetTempPath();
        while (!Directory.Exists(parent))
            parent = Path.GetDirectoryName(parent) ?? Path.GetTempPath();
        var path = Path.Combine(parent, $".evo-probe-{Guid.NewGuid():n}.tmp");
        try
        {
            var bytes = new byte[1 << 20];
            Random.Shared.NextBytes(bytes);
            var watch = Stopwatch.StartNew();
            using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                for (var written = 0; written < WrittenBytes; written += bytes.Length)
                    file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            return WrittenBytes / watch.Elapsed.TotalSeconds;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new Evo.Checkpoints.CheckpointException(parent, $"cannot be written to: {error.Message}", error);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
