using Evo.Checkpoints.Weights;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines;

/// <summary>
/// The merge engine on the processor: parents are read as stored from their mapped files, computed in float32 and written into the candidate buffer,
/// rounded to the plan's output type. Results have the same bits for any number of workers. What is prepared is kept for the engine's
/// lifetime. One merge at a time; the parents must outlive the engine.
/// </summary>
public sealed class CpuMergeEngine : IMergeEngine
{
    private readonly CpuWorkers _workers;
    private readonly PreparedCache _prepared = new();

    /// <param name="workers">Threads; 0 for one a core.</param>
    public CpuMergeEngine(int workers = 0) => _workers = new CpuWorkers(workers);

    public string Device => "cpu";

    public void Prepare(MergePlan plan, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var inputs = CpuPlanInputs.Of(plan, _workers, _prepared, cancellation);
        _workers.ForEach(inputs.Length, (index, _) => plan.Tensors[index].Method.Prepare(inputs[index]), cancellation);
    }

    public void Merge(MergePlan plan, ICandidateWeights target, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(target);
        var weights = target as CpuWeights ?? throw new ArgumentException($"this engine writes into memory of the CPU, not of '{target.Device}'", nameof(target));
        RequireLayout(plan.Layout, weights.Layout);

        var kernels = new ITensorKernel[plan.Tensors.Length];
        var inputs = CpuPlanInputs.Of(plan, _workers, _prepared, cancellation);
        var failures = new NonFiniteMergeException?[plan.Tensors.Length];
        _workers.ForEach(
            kernels.Length,
            (index, _) => Guarded(failures, index, () =>
                kernels[index] = plan.Tensors[index].Method.Bind(inputs[index], plan.Tensors[index].Parameters)),
            cancellation);
        ThrowFirst(failures);

        var pieces = Pieces(plan, kernels);
        _workers.ForEach(pieces.Count, (piece, run) =>
        {
            var (index, start, length) = pieces[piece];
            Guarded(failures, index, () =>
            {
                unsafe
                {
                    var slot = weights.Layout.Slots[index];
                    TensorExecution.Merge(plan.Tensors[index], kernels[index], start, length, weights.Pointer(slot) + start, run);
                }
            });
        }, cancellation);
        ThrowFirst(failures);
    }

    public void Dispose() => _workers.Dispose();

    /// <summary>A tensor's failure is kept, so that the first tensor's is the one reported, whatever thread met one first.</summary>
    private static void Guarded(NonFiniteMergeException?[] failures, int tensor, Action work)
    {
        try
        {
            work();
        }
        catch (NonFiniteMergeException failure)
        {
            failures[tensor] = failure;
        }
    }

    private static void ThrowFirst(NonFiniteMergeException?[] failures)
    {
        if (Array.Find(failures, failure => failure is not null) is { } first)
            throw first;
    }

    private static List<(int Tensor, long Start, int Length)> Pieces(MergePlan plan, ITensorKernel[] kernels)
    {
        var pieces = new List<(int, long, int)>();
        foreach (var slot in plan.Layout.Slots)
        {
            var piece = TensorExecution.PieceLength(plan.Tensors[slot.Index], kernels[slot.Index]);
            for (long start = 0; start < slot.Length; start += piece)
                pieces.Add((slot.Index, start, (int)Math.Min(piece, slot.Length - start)));
        }

        return pieces;
    }

    private static void RequireLayout(WeightLayout plan, WeightLayout target)
    {
        if (ReferenceEquals(plan, target))
            return;
        if (!plan.Slots.Select(slot => (slot.Name, slot.Offset, slot.Length)).SequenceEqual(target.Slots.Select(slot => (slot.Name, slot.Offset, slot.Length))))
            throw new ArgumentException("the buffer's layout is not the plan's: make the buffer from the layout of a plan with the same tensors", nameof(target));
    }
}
