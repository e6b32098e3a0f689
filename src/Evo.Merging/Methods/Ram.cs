using System.Collections.Immutable;
using Evo.Merging.Methods.Consensus;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods;

/// <summary>
/// Reinforced Agent Merging (arXiv:2601.13572): an element that one model alone has changed is taken over whole, one that several have changed is their mean. Made for the
/// sparse changes of reinforcement learning; of dense ones it is the plain mean.
/// </summary>
internal sealed class Ram : IMergeMethod
{
    public string Name => "ram";

    public string Description => "task vectors summed, divided where several models change an element by their number (arXiv:2601.13572)";

    public ImmutableArray<MethodParameter> Parameters { get; } = [SharedChanges.Epsilon];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: false);

    public bool IgnoresZeroWeights => false;

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters) =>
        new SharedChangesKernel((float)parameters["epsilon"], [.. Enumerable.Repeat(1f, inputs.ModelCount)]);
}
