using System.Collections.Immutable;
using Evo.Checkpoints.Weights;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines;

/// <summary>
/// The merge engine on the processor: parents are read as stored from their mapped files, computed in float32 and written into the candidate buffer,
/// rounded to the plan's output type. Results have the same bits for any number of workers. What is prepared is kept, within a number of
/// bytes, for the engine's lifetime; of a buffer that still holds this engine's last candidate only the tensors that differ are written. One merge at a
/// time; the parents must outlive the engine.
/// </summary>
public sealed class CpuMergeEngine : IMergeEngine
{
    /// <summary>Candidates of more bytes are written past the caches: they would not stay in them.</summary>
    private const long MostCachedBytes = 1 << 26;

    private readonly CpuWorkers _workers;
    private readonly PreparedCache _prepared;

    /// <param name="workers">Threads; 0 for one a core.</param>
    /// <param name="preparedMemoryBytes">Most memory for what is prepared; null for <see cref="DefaultPreparedMemoryBytes"/>, 0 keeps nothing.</param>
    public CpuMergeEngine(int workers = 0, long? preparedMemoryBytes = null)
    {
        if (preparedMemoryBytes is { } bytes)
            ArgumentOutOfRangeException.ThrowIfNegative(bytes, nameof(preparedMemoryBytes));
        _workers = new CpuWorkers(workers);
        _prepared = new PreparedCache(preparedMemoryBytes ?? DefaultPreparedMemoryBytes);
    }

    /// <summary>A quarter of the memory that this process may use.</summary>
    public static long DefaultPreparedMemoryBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    public string Device => "cpu";

    /// <summary>Bytes of what is prepared and kept now.</summary>
    public long PreparedBytes => _prepared.Bytes;

    public void Prepare(MergePlan plan, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _prepared.NextMerge();
        var inputs = CpuPlanInputs.Of(plan, _workers, _prepared, cancellation);
        _workers.ForEach(inputs.Length, (index, _) => plan.Tensors[index].Method.Prepare(inputs[index]), cancellation);
    }

    public void Merge(MergePlan plan, ICandidateWeights target, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(target);
        var weights = target as CpuWeights ?? throw new ArgumentException($"this engine writes into memory of the CPU, not of '{target.Device}'", nameof(target));
        RequireLayout(plan.Layout, weights.Layout);

        var written = weights.Contents is WrittenCandidate candidate && candidate.Engine == this ? candidate : null;
        weights.Contents = null; // unknown, should this merge not come to its end
        var inputs = CpuPlanInputs.Of(plan, _workers, _prepared, cancellation);
        Write(plan, weights, inputs, WrittenCandidate.Stale(written, plan), cancellation);
        weights.Contents = new WrittenCandidate(
            this, plan.Tensors, [.. inputs.Select((input, index) => input.SawPlan || (written?.SawPlan[index] ?? false))]);
    }

    public void Dispose() => _workers.Dispose();

    /// <summary>
    /// Tensor by tensor, the large ones first, so that no thread is left with one at the end, and so that few kernels with what they hold are alive.
    /// </summary>
    private void Write(MergePlan plan, CpuWeights weights, ImmutableArray<CpuTensorInputs> inputs, int[] stale, CancellationToken cancellation)
    {
        _prepared.NextMerge();
        var order = stale.OrderByDescending(index => plan.Tensors[index].Output.ElementCount).ToArray();
        foreach (var index in order.Where(index => plan.Tensors[index].DependsOnPlan).Take(1))
            plan.Tensors[index].Bind(inputs[index]); // before the others, so that a pass over all tensors has all workers
        var failures = new NonFiniteMergeException?[plan.Tensors.Length];
        _workers.ForEach(order.Length, (place, run) =>
        {
            var index = order[place];
            try
            {
                var tensor = plan.Tensors[index];
                Write(tensor, tensor.Bind(inputs[index]), weights, weights.Layout.Slots[index], run, cancellation);
            }
            catch (NonFiniteMergeException failure)
            {
                failures[index] = failure;
            }
        }, cancellation);
        if (Array.Find(failures, failure => failure is not null) is { } first)
            throw first; // the first tensor's, whatever thread met one first
    }

    private unsafe void Write(PlannedTensor tensor, ITensorKernel kernel, CpuWeights weights, WeightSlot slot, CpuRun run, CancellationToken cancellation)
    {
        var output = weights.Pointer(slot);
        var length = TensorExecution.PieceLength(tensor, kernel);
        var pastCaches = weights.Layout.ElementCount * sizeof(float) > MostCachedBytes;
        if (slot.Length <= length)
        {
            TensorExecution.Merge(tensor, kernel, 0, slot.Length, output, run, pastCaches);
            return;
        }

        _workers.ForEach((int)(((long)slot.Length + length - 1) / length), (piece, its) =>
        {
            var start = piece * length;
            TensorExecution.Merge(tensor, kernel, start, Math.Min(length, slot.Length - start), output + start, its, pastCaches);
        }, cancellation);
    }

    private static void RequireLayout(WeightLayout plan, WeightLayout target)
    {
        if (ReferenceEquals(plan, target))
            return;
        if (!plan.Slots.Select(slot => (slot.Name, slot.Offset, slot.Length)).SequenceEqual(target.Slots.Select(slot => (slot.Name, slot.Offset, slot.Length))))
            throw new ArgumentException("the buffer's layout is not the plan's: make the buffer from the layout of a plan with the same tensors", nameof(target));
    }
}
