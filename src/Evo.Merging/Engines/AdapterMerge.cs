using Evo.Checkpoints.Adapters;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Engines.Adapters;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Engines.Cpu.Algebra;
using Evo.Merging.Engines.Forecasts;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;

namespace Evo.Merging.Engines;

/// <summary>
/// Writes the result of a merge of adapters as an adapter: factors are merged in adapter space and no weight of the base is touched, except for tensors that an
/// adapter replaces whole. Loaded onto the base, the adapter is the model that <see cref="FolderMerge"/> writes, up to rounding.
/// </summary>
public static class AdapterMerge
{
    /// <summary>Writes <c>adapter_config.json</c>, <c>adapter_model.safetensors</c> and the recipe; nothing is left behind when it fails or is cancelled.</summary>
    /// <param name="plan">
    /// A plan whose models are all the base model under adapters, merged by lora_concat, evo_merging or task_arithmetic. Values are written in the recipe's
    /// <c>out_dtype</c> or <c>dtype</c>, else in the type of the first adapter.
    /// </param>
    /// <param name="readme">Text of README.md; none is written when null.</param>
    /// <param name="options">Memory and threads are heeded; an adapter has one file.</param>
    /// <exception cref="RecipeException">The result is no adapter: another method, or a model that is none of the base's adapters.</exception>
    /// <exception cref="NonFiniteMergeException">A merged tensor holds NaN or infinity.</exception>
    /// <exception cref="Evo.Checkpoints.CheckpointException">The folder cannot be written.</exception>
    /// <returns>How many tensors the adapter has, and their bytes.</returns>
    public static (int Tensors, long Bytes) Write(MergePlan plan, string folder, string? readme = null, FolderMergeOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new FolderMergeOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MemoryBytes, FolderMergeOptions.LeastMemoryBytes);
        var garbage = new GarbagePace(WorkingMemory.GarbageStepOf(plan, options));
        using var threads = new CpuWorkers(WorkingMemory.WorkersOf(plan, options), new MatrixMemory(options.MemoryBytes), garbage, options.MemoryBytes);
        AdapterPart[] parts = [.. plan.Tensors.Zip(CpuPlanInputs.Of(plan, threads, cache: null, cancellation))
            .Select(pair => AdapterPart.Of(pair.First, pair.Second)).OfType<AdapterPart>()];
        if (parts.Length == 0)
            throw new RecipeException($"{plan.Recipe.SourceName}: no adapter changes anything, so there is no adapter to write");
        if (Array.TrueForAll(parts, part => part.IsSaved))
            throw new RecipeException($"{plan.Recipe.SourceName}: the adapters change '{parts[0].Tensor.Output.Name}' and all else that they change as whole tensors (as DoRA does), "
                + "and PEFT loads no adapter without a low-rank update; write the whole model");
        var updated = parts.Where(part => !part.IsSaved).Select(part => part.Module).ToHashSet(StringComparer.Ordinal);
        parts = [.. parts.Select(part => part with { IsInUpdatedModule = part.IsSaved && updated.Contains(part.Module) })];

        var type = OutputType(plan, parts[0]);
        var tensors = parts.SelectMany(part => part.Tensors(type)).ToArray();
        using var writer = AdapterFolderWriter.Create(folder, AdapterOutputConfig.Of(parts), tensors);
        writer.AddText("mergekit_config.yml", RecipeWriter.ToYaml(plan.Recipe));
        if (readme is not null)
            writer.AddText("README.md", readme);
        var values = new AdapterPartValues(writer, type, threads, cancellation);
        foreach (var part in parts)
        {
            values.Write(part);
            part.Tensor.Release();
            garbage.Keep();
        }

        writer.Complete();
        return (tensors.Length, tensors.Sum(tensor => tensor.ByteLength));
    }

    private static ElementType OutputType(MergePlan plan, AdapterPart first)
    {
        if ((plan.Recipe.OutDtype ?? plan.Recipe.Dtype) is { } name)
            return OutputTypes.Find(name)!.Value;
        return first.Sample?.Update!.A.Type is ElementType.BF16 or ElementType.F16 ? first.Sample.Update.A.Type : ElementType.F32;
    }
}
