using System.Collections.Concurrent;
using System.Collections.Immutable;
using Evo.Merging.Methods;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu;

/// <summary>A plan as methods with a global pass see it on the CPU.</summary>
internal sealed class CpuPlanInputs : PlanInputs
{
    private readonly ConcurrentDictionary<string, Lazy<object>> _values = new(StringComparer.Ordinal);

    /// <param name="cache">What outlives the merge; null where a tensor's preparations are to be dropped with it.</param>
    public CpuPlanInputs(MergePlan plan, CpuWorkers workers, PreparedCache? cache, CancellationToken cancellation) =>
        Tensors = ImmutableArray.CreateRange<PlannedTensor, (TensorInputs, TensorParameters)>(
            plan.Tensors, tensor => (new CpuTensorInputs(tensor, workers, cache, cancellation, this), tensor.Parameters));

    public override ImmutableArray<(TensorInputs Inputs, TensorParameters Parameters)> Tensors { get; }

    public override T Remember<T>(string what, Func<T> compute) => (T)_values.GetOrAdd(what, _ => new Lazy<object>(() => compute())).Value;
}
