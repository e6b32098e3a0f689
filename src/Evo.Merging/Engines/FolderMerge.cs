using Evo.Checkpoints.Models;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Engines.Cpu.Algebra;
using Evo.Merging.Engines.Forecasts;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines;

/// <summary>
/// Carries out a plan piece by piece straight into a model folder: memory is bounded whatever the size and number of the models, and the values are those
/// of <see cref="CpuMergeEngine"/> bit for bit.
/// </summary>
public static class FolderMerge
{
    private const int CopyBytes = 1 << 22;

    /// <summary>Writes the merged model with configuration, tokenizer and recipe; nothing is left behind when it fails or is cancelled.</summary>
    /// <param name="readme">Text of README.md; none is written when null.</param>
    /// <param name="progress">Told the share of elements done, in (0, 1], after every piece, one call at a time.</param>
    /// <exception cref="NonFiniteMergeException">A merged tensor holds NaN or infinity; where an input does, it is named.</exception>
    /// <exception cref="RecipeException">
    /// The folder is one of the inputs; or the method needs rows or tensors at once that do not fit into the memory, and how much it needs.
    /// </exception>
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
        MemoryGate.Require(plan, options.MemoryBytes);
        if (plan.Tensors.Any(tensor => MatrixBytes.Of(tensor).Total > 0))
            NativeHeap.ReturnLargeBlocks();

        var garbage = new GarbagePace(WorkingMemory.GarbageStepOf(plan, options));
        using var workers = new CpuWorkers(WorkingMemory.WorkersOf(plan, options), new MatrixMemory(WorkingMemory.LimitOf(plan, options)), garbage, options.MemoryBytes);
        var masks = TaskMaskFile.IsAskedFor(plan) ? new TaskMaskFile(plan, workers, cancellation) : null;
        using var writer = ModelFolderWriter.Create(
            folder,
            plan.OutputConfig,
            plan.Tensors.Select(tensor => tensor.Output).Concat(plan.Copied.Select(copied => copied.Source.Tensor with { Name = copied.Name })),
            new ModelFolderOptions { ShardBytes = options.ShardBytes, Overwrite = options.Overwrite, OtherBytes = masks?.Bytes ?? 0 });
        CompanionFiles.Add(writer, plan, readme);
        try
        {
            new TensorStream(plan, writer, workers, options.MemoryBytes, progress, cancellation).Write();
            masks?.AddTo(writer);
        }
        catch (NonFiniteMergeException failure) when (NonFiniteInput.Of(plan, failure.Tensor) is { } reason)
        {
            throw new NonFiniteMergeException(failure.Tensor, reason);
        }

        foreach (var copied in plan.Copied)
            Copy(copied, writer);
        writer.Complete();
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
