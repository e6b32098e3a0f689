using System.Collections.Concurrent;
using System.Collections.Immutable;
using Evo.Merging.Methods;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu;

/// <summary>The tensors of a plan that one method merges, as that method sees them on the CPU.</summary>
internal sealed class CpuPlanInputs : PlanInputs
{
    private readonly IMergeMethod _method;
    private readonly ConcurrentDictionary<string, Lazy<object>> _values = new(StringComparer.Ordinal);
    private ImmutableArray<(TensorInputs, TensorParameters)> _tensors = [];

    private readonly Lazy<int> _layers;

    private CpuPlanInputs(IMergeMethod method) => (_method, _layers) = (method, new(() => 1 + _tensors.Max(tensor => tensor.Item1.Place.Layer ?? 0)));

    /// <inheritdoc cref="TensorInputs.LayerCount"/>
    public int LayerCount => _layers.Value;

    public override ImmutableArray<(TensorInputs Inputs, TensorParameters Parameters)> Tensors => _tensors;

    /// <summary>The inputs of every tensor of a plan, in its order; each knows those of its own method.</summary>
    /// <param name="cache">What outlives the merge; null where a tensor's preparations are to be dropped with it.</param>
    public static ImmutableArray<CpuTensorInputs> Of(MergePlan plan, CpuWorkers workers, PreparedCache? cache, CancellationToken cancellation)
    {
        var ofMethods = plan.Tensors.Select(tensor => tensor.Method).Distinct().ToDictionary(method => method, method => new CpuPlanInputs(method));
        var all = plan.Tensors.Select(tensor => new CpuTensorInputs(tensor, workers, cache, cancellation, ofMethods[tensor.Method])).ToImmutableArray();
        foreach (var (method, inputs) in ofMethods)
            inputs._tensors = [.. plan.Tensors.Zip(all).Where(pair => pair.First.Method == method).Select(pair => ((TensorInputs)pair.Second, pair.First.Parameters))];
        return all;
    }

    /// <summary>One tensor as if the plan had no other.</summary>
    public static CpuTensorInputs OfOne(PlannedTensor tensor, CpuWorkers workers, PreparedCache? cache, CancellationToken cancellation)
    {
        var alone = new CpuPlanInputs(tensor.Method);
        var inputs = new CpuTensorInputs(tensor, workers, cache, cancellation, alone);
        alone._tensors = [(inputs, tensor.Parameters)];
        return inputs;
    }

    public override ITensorKernel BindUnmodified(int tensor) => _method.Bind(Tensors[tensor].Inputs, Tensors[tensor].Parameters);

    public override T Remember<T>(string what, Func<T> compute) => (T)_values.GetOrAdd(what, _ => new Lazy<object>(() => compute())).Value;
}
