using Evo.Checkpoints.Models;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Merges the tensors of a plan into a model folder. Every worker reads, computes and writes pieces of its own, so that all three go on at the same time;
/// a worker takes the next tensor, or, when there is none, pieces of one that another works on. The tensor after next is read ahead, and one that is
/// merged is let go.
/// </summary>
internal sealed class TensorStream(
    MergePlan plan, ModelFolderWriter writer, CpuWorkers workers, long memory, IProgress<double>? progress, CancellationToken cancellation)
{
    private const long MostReadAhead = 1 << 26;

    private readonly Lock _gate = new();
    private readonly MemoryGate _memory = new(memory, workers.Matrices);
    private readonly long _elements = plan.Tensors.Sum(tensor => tensor.Output.ElementCount);
    private long _done;
    private int _failed = int.MaxValue;
    private NonFiniteMergeException? _failure;

    /// <exception cref="NonFiniteMergeException">Of several tensors that cannot be merged, the first in the plan's order.</exception>
    public void Write()
    {
        var inputs = CpuPlanInputs.Of(plan, workers, cache: null, cancellation);
        _memory.TakeWork(plan.Tensors[0]);
        var first = Bind(0); // before the others, so that a pass over all tensors has all workers
        workers.ForEach(plan.Tensors.Length, (index, _) =>
        {
            if (index > Volatile.Read(ref _failed))
                return;
            ReadAhead(index + workers.Count);
            if (index > 0)
                _memory.TakeWork(plan.Tensors[index]);
            try
            {
                Write(plan.Tensors[index], index == 0 ? first : Bind(index));
                plan.Tensors[index].Release();
            }
            catch (NonFiniteMergeException failure)
            {
                Keep(index, failure);
            }
            finally
            {
                _memory.ReturnWork(plan.Tensors[index]);
            }
        }, cancellation);
        if (_failure is not null)
            throw _failure;

        ITensorKernel Bind(int index) => plan.Tensors[index].Bind(inputs[index].ForOneMerge());
    }

    private void Write(PlannedTensor tensor, ITensorKernel kernel)
    {
        var total = tensor.Output.ElementCount;
        var length = TensorExecution.PieceLength(tensor, kernel);
        var run = RunLengths.Of(tensor.Output, kernel.Granularity);
        workers.ForEach(checked((int)((total + length - 1) / length)), (piece, its) =>
        {
            var start = (long)piece * length;
            var part = (int)Math.Min(length, total - start);
            _memory.Take(tensor, run);
            try
            {
                TensorExecution.Write(tensor, kernel, start, part, writer, its);
            }
            finally
            {
                _memory.Return(tensor, run);
            }

            Report(part);
        }, cancellation);
    }

    private void ReadAhead(int index)
    {
        if (index < plan.Tensors.Length)
            foreach (var source in plan.Tensors[index].Sources)
                (source as StoredTensor)?.Folder.Prefetch(source.Tensor.Name, MostReadAhead);
    }

    private void Report(int elements)
    {
        if (progress is null)
            return;
        lock (_gate)
            progress.Report((double)(_done += elements) / _elements);
    }

    private void Keep(int index, NonFiniteMergeException failure)
    {
        lock (_gate)
        {
            if (index > _failed)
                return;
            Volatile.Write(ref _failed, index);
            _failure = failure;
        }
    }
}
