using System.Runtime.InteropServices;
using Evo.Checkpoints.Models;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines;

/// <summary>
/// Carries out a plan tensor by tensor, in blocks where one is large, straight into a model folder: memory is bounded whatever the size and number of the
/// models, and the values are those of <see cref="CpuMergeEngine"/> bit for bit.
/// </summary>
public static class FolderMerge
{
    private const int CopyBytes = 1 << 22;

    /// <summary>Writes the merged model with configuration, tokenizer and recipe; nothing is left behind when it fails or is cancelled.</summary>
    /// <param name="readme">Text of README.md; none is written when null.</param>
    /// <param name="progress">Told the share of elements done, in (0, 1], after every block.</param>
    /// <exception cref="NonFiniteMergeException">A merged tensor holds NaN or infinity; where an input does, it is named.</exception>
    /// <exception cref="RecipeException">The folder is one of the inputs.</exception>
    /// <exception cref="Evo.Checkpoints.CheckpointException">The folder cannot be written.</exception>
    public static void Write(
        MergePlan plan,
        string folder,
        string? readme = null,
        FolderMergeOptions? options = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new FolderMergeOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MemoryBytes, FolderMergeOptions.LeastMemoryBytes);
        RequireOtherThanInputs(plan, folder);

        using var workers = new CpuWorkers(options.Workers);
        using var writer = ModelFolderWriter.Create(
            folder,
            plan.OutputConfig,
            plan.Tensors.Select(tensor => tensor.Output).Concat(plan.Copied.Select(copied => copied.Source.Tensor with { Name = copied.Name })),
            new ModelFolderOptions { ShardBytes = options.ShardBytes, Overwrite = options.Overwrite });
        CompanionFiles.Add(writer, plan, readme);
        try
        {
            WriteTensors(plan, writer, workers, options.MemoryBytes, progress, cancellation);
        }
        catch (NonFiniteMergeException failure) when (NonFiniteInput.Of(plan, failure.Tensor) is { } reason)
        {
            throw new NonFiniteMergeException(failure.Tensor, reason);
        }

        foreach (var copied in plan.Copied)
            Copy(copied, writer);
        writer.Complete();
    }

    private static unsafe void WriteTensors(
        MergePlan plan, ModelFolderWriter writer, CpuWorkers workers, long memory, IProgress<double>? progress, CancellationToken cancellation)
    {
        var elements = plan.Tensors.Sum(tensor => tensor.Output.ElementCount);
        var share = (int)Math.Min(memory / (sizeof(float) + sizeof(float)), CpuRun.MostElements); // values and their rounded bytes
        var inputs = CpuPlanInputs.Of(plan, workers, cache: null, cancellation);
        float* block = null;
        var capacity = 0;
        try
        {
            long done = 0;
            foreach (var (tensor, seen) in plan.Tensors.Zip(inputs))
            {
                var kernel = tensor.Bind(seen.RememberedIn(new PreparedCache()));
                var run = RunLengths.Of(tensor.Output, kernel.Granularity);
                var blockLength = (int)Math.Max(run, Math.Min(tensor.Output.ElementCount, share - (share % run)));
                if (blockLength > capacity)
                {
                    NativeMemory.AlignedFree(block);
                    block = (float*)NativeMemory.AlignedAlloc((nuint)blockLength * sizeof(float), 64);
                    capacity = blockLength;
                }

                for (long start = 0; start < tensor.Output.ElementCount; start += blockLength)
                {
                    var length = (int)Math.Min(blockLength, tensor.Output.ElementCount - start);
                    MergeBlock(tensor, kernel, start, length, block, workers, cancellation);
                    writer.WriteFloats(tensor.Output.Name, new ReadOnlySpan<float>(block, length));
                    progress?.Report((double)(done += length) / elements);
                }
            }
        }
        finally
        {
            NativeMemory.AlignedFree(block);
        }
    }

    private static unsafe void MergeBlock(
        PlannedTensor tensor, ITensorKernel kernel, long start, int length, float* block, CpuWorkers workers, CancellationToken cancellation)
    {
        var pieceLength = TensorExecution.PieceLength(tensor, kernel);
        var pieces = (int)((length + (long)pieceLength - 1) / pieceLength);
        workers.ForEach(
            pieces,
            (piece, run) =>
            {
                var first = piece * pieceLength;
                TensorExecution.Merge(tensor, kernel, start + first, Math.Min(pieceLength, length - first), block + first, run);
            },
            cancellation);
    }

    private static void Copy(CopiedTensor copied, ModelFolderWriter writer)
    {
        var (folder, tensor) = (copied.Source.Folder, copied.Source.Tensor);
        for (long offset = 0; offset < tensor.ByteLength; offset += CopyBytes)
            writer.Write(copied.Name, folder.Bytes(tensor.Name, offset, (int)Math.Min(CopyBytes, tensor.ByteLength - offset)));
    }

    private static void RequireOtherThanInputs(MergePlan plan, string folder)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        foreach (var source in plan.Tensors.SelectMany(tensor => tensor.Sources))
            if (source.Folders.Any(input => Path.TrimEndingDirectorySeparator(input) == target))
                throw new RecipeException($"the output folder '{folder}' is the input '{source.Model}'; write elsewhere");
    }
}
