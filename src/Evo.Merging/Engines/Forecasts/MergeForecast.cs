using System.Collections.Immutable;
using Evo.Checkpoints.Models;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Forecasts;

/// <summary>What carrying out a plan to disk will take, said before it starts.</summary>
/// <param name="BytesRead">Bytes of the inputs as stored, each once; methods that make passes read from the system's cache after the first.</param>
/// <param name="BytesWritten">Bytes of the weight files, headers included, and nothing else: exact, but for task masks, of which it is the most.</param>
/// <param name="TemporaryBytes">Disk that is needed until the result is in place: it is written beside its name, and what it replaces goes last.</param>
/// <param name="PeakMemoryBytes">Anonymous memory of the program, its own included; inputs are mapped and do not count.</param>
/// <param name="Methods">Shares of the methods, in the plan's order.</param>
/// <param name="CopiedTensors">Tensors carried over byte for byte.</param>
/// <param name="Probe">What was measured; null when nothing was.</param>
public sealed record MergeForecast(
    long BytesRead, long BytesWritten, long TemporaryBytes, long PeakMemoryBytes, ImmutableArray<MethodForecast> Methods, int CopiedTensors, SpeedProbe? Probe)
{
    /// <summary>Seconds until the first tensor is merged: the program's start and the plan; 0 where they are not to be counted.</summary>
    public double StartSeconds { get; init; }

    /// <summary>Expected seconds, from the probe; null without one.</summary>
    public double? Seconds => Probe is { } probe ? StartSeconds + Methods.Sum(method => method.Seconds) + (BytesWritten / probe.WriteBytesPerSecond) : null;

    /// <summary>Looks at a plan.</summary>
    /// <param name="options">How it will be carried out.</param>
    /// <param name="folder">Where it will be written; decides what the disk is measured by, and whether something is replaced.</param>
    /// <exception cref="RecipeException">The merge would be refused: its matrices do not fit into the memory; and how much it needs.</exception>
    /// <param name="probe">Whether to measure: less than a few seconds, and a temporary file of 32 MB beside the folder.</param>
    public static MergeForecast Of(
        MergePlan plan, FolderMergeOptions? options = null, string? folder = null, bool probe = true, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        options ??= new FolderMergeOptions();
        MemoryGate.Require(plan, options.MemoryBytes);
        var written = ModelFolderWriter.WeightFileBytes(
            plan.Tensors.Select(tensor => tensor.Output).Concat(plan.Copied.Select(copied => copied.Source.Tensor with { Name = copied.Name })), options.ShardBytes) + TaskMaskFile.MostBytes(plan);
        var measured = probe ? SpeedProbe.Of(plan, options, folder, cancellation) : null;
        var methods = plan.Tensors.GroupBy(tensor => tensor.Method).Select(group => MethodForecast.Of(group.Key, [.. group], measured)).ToImmutableArray();
        return new MergeForecast(
            plan.Estimate.BytesRead, written, written, WorkingMemory.Of(plan, options, measured), methods, plan.Copied.Length, measured);
    }
}
