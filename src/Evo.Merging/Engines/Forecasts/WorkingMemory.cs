using Evo.Merging.Engines.Cpu;
using Evo.Merging.Engines.Cpu.Algebra;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Forecasts;

/// <summary>Anonymous memory that the program takes at most for a merge to disk: its own, and what it merges in.</summary>
internal static class WorkingMemory
{
    /// <summary>Of a program that reads models and makes a plan; measured (benchmarks/merging.md).</summary>
    public const long ProgramBytes = 20_000_000;

    /// <summary>What ONNX Runtime, which multiplies matrices, adds to it.</summary>
    public const long ProductBytes = 30_000_000;

    private const long PileUp = 64_000_000; // what the collector lets lie about before it comes, at most
    private const int Loose = 2;
    private const int ScratchBlocks = 4;

    public static long Of(MergePlan plan, FolderMergeOptions options, SpeedProbe? probe)
    {
        var workers = options.Workers > 0 ? options.Workers : Environment.ProcessorCount;
        var blocks = plan.Tensors.Max(tensor => tensor.Models.Length) + 1 + ScratchBlocks;
        long ordinary = workers * (((long)blocks * CpuRun.Capacity) + TensorExecution.PieceElements) * sizeof(float);
        var matrices = OfMatrices(plan, workers);
        var others = plan.Tensors.Where(tensor => !MethodSample.IsOfMatrices(tensor)).ToArray();
        var longRuns = others.Select(tensor => MemoryGate.BytesOf(tensor, RunLengths.Of(tensor.Output, Granularity(tensor, probe)))).DefaultIfEmpty().Max();
        var prepared = probe is null ? 0 : others.Select(tensor => probe.SampleOf(tensor).PreparedBytesFor(tensor)).OrderDescending().Take(workers).Sum();
        var piled = probe is null ? 0 : Math.Min(PileUp, others.Sum(tensor => probe.SampleOf(tensor).AllocatedBytesFor(tensor)));
        return ProgramBytes + (matrices > 0 ? ProductBytes : 0) + ordinary + Math.Min(options.MemoryBytes, (Loose * matrices) + (workers * longRuns)) + prepared + piled;
    }

    /// <summary>
    /// What matrices may take: the budget; where they need much less, twice what they need, so that the collector is seldom called; without a bound where there are none.
    /// </summary>
    public static long LimitOf(MergePlan plan, FolderMergeOptions options) =>
        OfMatrices(plan, options.Workers > 0 ? options.Workers : Environment.ProcessorCount) is > 0 and var needed ? Math.Min(options.MemoryBytes, Loose * needed) : long.MaxValue;

    private static long OfMatrices(MergePlan plan, int workers) =>
        plan.Tensors.Select(tensor => MatrixBytes.Of(tensor).Total).OrderDescending().Take(workers).Sum();

    private static Granularity Granularity(PlannedTensor tensor, SpeedProbe? probe) => probe?.SampleOf(tensor).Granularity ?? Methods.Kernels.Granularity.Elements;
}
