using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskMasks;

namespace Evo.Merging.Methods;

/// <summary>
/// Consensus merging and TALL masks (arXiv:2405.07813): of the merged task vector only the elements stay that at least k tasks need by their masks, which drops the weights of
/// no task (catastrophic) and of a single one (selfish) at k = 2; k = 0 is the merge itself. With <c>task: i</c> the masked model of one task.
/// </summary>
internal sealed class ConsensusMerging : ITaskMaskMethod
{
    public string Name => "consensus";

    public string Description => "the merged task vector where enough tasks need it; with 'task: i', what one task needs of it (Consensus TA, TALL masks, arXiv:2405.07813)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        TaskParameters.Threshold(0.4),
        new("consensus_k", ParameterScope.Global, 2, 0, 10_000, 0, 4, "fewest tasks that need an element that stays, rounded up; no more than there are models"),
        CommonParameters.Weight(1.5) with { Default = 1 },
        CommonParameters.Lambda with { SuggestedMinimum = 0.1, SuggestedMaximum = 1.5 },
        MaskBackbone.Parameter,
        CommonParameters.Density(0.05),
        TaskParameters.Task,
        TaskParameters.WriteMasks,
    ];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: true);

    public bool IgnoresZeroWeights => false;

    public string? Objection(TensorParameters parameters) => TaskParameters.Objection(parameters) ?? MaskBackbone.Objection(parameters);

    public long PreparedBytes(TensorPlace place, ImmutableArray<long> shape, TensorParameters parameters) => MaskBackbone.PreparedBytes(place, shape, parameters);

    public MatrixWork WorkOf(TensorPlace place, ImmutableArray<long> shape, TensorParameters parameters) => MaskBackbone.WorkOf(place, shape, parameters);

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters) => new TaskMaskKernel(
        Masks(inputs, parameters), TaskParameters.Chosen(parameters), (float)parameters["lambda"]);

    public ITaskMasks Masks(TensorInputs inputs, TensorParameters parameters) => new TallMasks(
        MaskBackbone.Of(inputs, parameters),
        [.. Enumerable.Range(0, inputs.ModelCount).Select(model => (float)parameters.Of(model, "tall_lambda"))],
        (int)Math.Ceiling(parameters["consensus_k"]));
}
