using Evo.Merging.Engines.Cpu;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Forecasts;

/// <summary>Anonymous memory that a merge to disk takes at most, beside the program itself.</summary>
internal static class WorkingMemory
{
    private const int ScratchBlocks = 4;

    public static long Of(MergePlan plan, FolderMergeOptions options, SpeedProbe? probe)
    {
        var workers = options.Workers > 0 ? options.Workers : Environment.ProcessorCount;
        var blocks = plan.Tensors.Max(tensor => tensor.Models.Length) + 1 + ScratchBlocks;
        long ordinary = workers * (((long)blocks * CpuRun.Capacity) + TensorExecution.PieceElements) * sizeof(float);
        var longRuns = plan.Tensors.Max(tensor => MemoryGate.BytesOf(tensor, RunLengths.Of(tensor.Output, Granularity(tensor, probe))));
        var prepared = plan.Tensors.Select(tensor => probe?.Samples.GetValueOrDefault(tensor.Method.Name)?.PreparedBytesFor(tensor) ?? 0)
            .OrderDescending().Take(workers).Sum();
        return ordinary + Math.Min(options.MemoryBytes, workers * longRuns) + prepared;
    }

    private static Granularity Granularity(PlannedTensor tensor, SpeedProbe? probe) =>
        probe?.Samples.GetValueOrDefault(tensor.Method.Name)?.Granularity ?? Methods.Kernels.Granularity.Elements;
}
