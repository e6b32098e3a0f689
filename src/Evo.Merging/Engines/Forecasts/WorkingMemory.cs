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

    private const long StepOfWorker = 4_000_000;
    private const int Loose = 2; // what is large is counted twice: as much may have been let go before the collector comes
    private const int ScratchBlocks = 4;

    public static long Of(MergePlan plan, FolderMergeOptions options, SpeedProbe? probe)
    {
        var workers = WorkersOf(plan, options);
        var ordinary = workers * OrdinaryBytes(plan);
        var matrices = OfMatrices(plan, options);
        var others = plan.Tensors.Where(tensor => !MethodSample.IsOfMatrices(tensor)).ToArray();
        var longRuns = others.Select(tensor => MemoryGate.BytesOf(tensor, RunLengths.Of(tensor.Output, Granularity(tensor, probe)))).DefaultIfEmpty().Max();
        var prepared = probe is null ? 0 : others.Select(tensor => probe.SampleOf(tensor).PreparedBytesFor(tensor)).OrderDescending().Take(workers).Sum();
        var factors = plan.Tensors.Select(FactorBytes).OrderDescending().Take(workers).Sum();
        var piled = probe is null ? 0 : Math.Min(GarbagePace.MostBytes(GarbageStepOf(plan, options)), others.Sum(tensor => probe.SampleOf(tensor).AllocatedBytesFor(tensor)));
        return ProgramBytes + (matrices > 0 ? ProductBytes : 0) + ordinary + Math.Min(options.MemoryBytes, (Loose * matrices) + (workers * longRuns)) + (Loose * (prepared + factors)) + piled;
    }

    /// <summary>
    /// What matrices may take: the budget; where they need much less, twice what they need, so that the collector is seldom called; without a bound where there are none.
    /// </summary>
    public static long LimitOf(MergePlan plan, FolderMergeOptions options) =>
        OfMatrices(plan, options) is > 0 and var needed ? Math.Min(options.MemoryBytes, Loose * needed) : long.MaxValue;

    /// <summary>What may be allocated between two calls of the collector: 4 MB a thread; as much as matrices need where there are any; and never a larger part of the budget than an eighth.</summary>
    public static long GarbageStepOf(MergePlan plan, FolderMergeOptions options) => Math.Min(options.MemoryBytes / 8, Math.Max(WorkersOf(plan, options) * StepOfWorker, OfMatrices(plan, options)));

    private static long OfMatrices(MergePlan plan, FolderMergeOptions options) =>
        plan.Tensors.Select(tensor => MatrixBytes.Of(tensor).Total).OrderDescending().Take(WorkersOf(plan, options)).Sum();

    /// <summary>Threads: as many as were asked for, and no more than take a quarter of the budget for ordinary runs.</summary>
    public static int WorkersOf(MergePlan plan, FolderMergeOptions options) =>
        (int)Math.Clamp(options.MemoryBytes / 4 / OrdinaryBytes(plan), 1, options.Workers > 0 ? options.Workers : Environment.ProcessorCount);

    /// <summary>What one thread takes to merge an ordinary run: blocks of all inputs, and the piece that is written.</summary>
    private static long OrdinaryBytes(MergePlan plan) =>
        (((plan.Tensors.Select(tensor => tensor.Models.Length).DefaultIfEmpty().Max() + 1L + ScratchBlocks) * CpuRun.Capacity) + TensorExecution.PieceElements) * sizeof(float);

    /// <summary>What the factors of the adapters on a tensor take while it is merged.</summary>
    private static long FactorBytes(PlannedTensor tensor) => tensor.Sources.OfType<AdaptedTensor>()
        .Sum(source => source.Data.Update is { } update ? (update.A.ElementCount + update.B.ElementCount) * sizeof(float) : 0);

    private static Granularity Granularity(PlannedTensor tensor, SpeedProbe? probe) => probe?.SampleOf(tensor).Granularity ?? Methods.Kernels.Granularity.Elements;
}
