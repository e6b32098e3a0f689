using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Engines.Cpu.Algebra;
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
    private const long FewElements = 1 << 20;
    private const int WrittenBytes = 32 << 20;
    private const double LongEnough = 0.3;
    private const double TooLong = 10;
    private const int MostRepetitions = 20;
    private const long MostEigen = 1024;

    private ImmutableDictionary<(string Method, bool OfMatrices), MethodSample> _samples = ImmutableDictionary<(string, bool), MethodSample>.Empty;

    /// <summary>What merging the tensor will take, by a sample of its method and kind.</summary>
    internal MethodSample SampleOf(PlannedTensor tensor) => _samples[KindOf(tensor)];

    internal static SpeedProbe Of(MergePlan plan, FolderMergeOptions options, string? folder, CancellationToken cancellation)
    {
        using var workers = new CpuWorkers(WorkingMemory.WorkersOf(plan, options), new MatrixMemory(WorkingMemory.LimitOf(plan, options)), memory: options.MemoryBytes);
        var samples = ImmutableDictionary.CreateBuilder<(string, bool), MethodSample>();
        foreach (var group in plan.Tensors.GroupBy(KindOf))
            samples[group.Key] = Sample(Typical([.. group]), workers, cancellation);
        return new SpeedProbe(WriteSpeed(folder)) { _samples = samples.ToImmutable() };
    }

    /// <summary>Methods on matrices leave some tensors to a sum, which is another matter.</summary>
    private static (string Method, bool OfMatrices) KindOf(PlannedTensor tensor) => (tensor.Method.Name, MethodSample.IsOfMatrices(tensor));

    /// <summary>
    /// The one of most work that is merged in a moment; where all such are tiny, the first rows of the smallest of the others, or all of it; where there is none, that of least work.
    /// </summary>
    private static PlannedTensor Typical(PlannedTensor[] tensors)
    {
        var typical = tensors.Where(tensor => tensor.Output.ElementCount <= MostElements && MethodSample.EigenSize(tensor) <= MostEigen).MaxBy(MethodSample.Work);
        if (typical?.Output.ElementCount >= FewElements || MethodSample.IsOfMatrices(tensors[0]))
            return typical ?? tensors.MinBy(MethodSample.Work)!;
        var larger = tensors.Where(tensor => tensor.Output.ElementCount > MostElements).OrderBy(tensor => tensor.Output.ElementCount).ToArray();
        return larger.Select(FirstRows).FirstOrDefault(part => part is not null) ?? (larger.Length > 0 ? larger[0] : typical) ?? tensors.MinBy(MethodSample.Work)!;
    }

    private static PlannedTensor? FirstRows(PlannedTensor tensor)
    {
        var rows = MostElements / (tensor.Output.ElementCount / tensor.Output.Shape[0]);
        return rows > 0 ? tensor.OfFirstRows(rows) : null;
    }

    /// <summary>The quickest of as many as a moment holds: the first time, code is compiled and files are paged in, and other programs come between.</summary>
    private static unsafe MethodSample Sample(PlannedTensor tensor, CpuWorkers workers, CancellationToken cancellation)
    {
        var output = (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, tensor.Output.ElementCount) * sizeof(float), 64);
        try
        {
            var best = Once();
            for (var spent = best.Seconds < TooLong ? 0 : LongEnough; spent < LongEnough;)
            {
                var next = Once();
                spent += Math.Max(next.Seconds, LongEnough / MostRepetitions);
                best = next.Seconds < best.Seconds ? next : best;
            }

            return best;
        }
        finally
        {
            NativeMemory.AlignedFree(output);
        }

        MethodSample Once()
        {
            var (watch, allocated) = (Stopwatch.StartNew(), GC.GetTotalAllocatedBytes());
            var cache = new PreparedCache();
            var inputs = CpuPlanInputs.OfOne(tensor, workers, cache: null, cancellation).ForOneMerge(cache);
            var kernel = tensor.Bind(inputs);
            var length = TensorExecution.PieceLength(tensor, kernel);
            workers.ForEach((int)((tensor.Output.ElementCount + length - 1) / length), (piece, run) =>
            {
                var start = (long)piece * length;
                TensorExecution.Merge(tensor, kernel, start, (int)Math.Min(length, tensor.Output.ElementCount - start), output + start, run);
            }, cancellation);
            return new MethodSample(tensor, kernel.Granularity, watch.Elapsed.TotalSeconds, cache.Bytes, GC.GetTotalAllocatedBytes() - allocated);
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
