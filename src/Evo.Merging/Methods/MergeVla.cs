using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Methods.Interpolation;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskMasks;

namespace Evo.Merging.Methods;

/// <summary>
/// MergeVLA (arXiv:2511.18810): the backbone of vision-language-action models is merged by task arithmetic, TIES or a spectral method, and each task sees it through its TALL mask. Tensors that are
/// bit-identical in all models stay out; modules that the base does not have (action queries, projections, action head) are averaged; the last layers of the
/// action head are the tasks' own. With task 0 one model for all: no masks, and the average of those layers. The router that picks a task at run time is no part of a merge.
/// </summary>
internal sealed class MergeVla : ITaskMaskMethod
{
    public string Name => "mergevla";

    public string Description => "a merged backbone with a mask for each task, new modules averaged, last action-head layers kept by task (MergeVLA, arXiv:2511.18810)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        TaskParameters.Threshold(0.6),
        CommonParameters.Weight(1.5) with { Default = 1 },
        CommonParameters.Lambda,
        MaskBackbone.Parameter,
        CommonParameters.Density(0.05),
        new("expert_layers", ParameterScope.Global, 1, 0, 1_000, 0, 4, "last numbered blocks of action heads that every task keeps of its own model"),
        CommonParameters.Switch("task_expert", false, "every task keeps its own model's tensor; with filters, for output layers of an action head"),
        TaskParameters.Task,
        TaskParameters.WriteMasks,
    ];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: false)
    {
        TakesNewModules = true,
    };

    public bool IgnoresZeroWeights => false;

    public string? Objection(TensorParameters parameters) => TaskParameters.Objection(parameters) ?? MaskBackbone.Objection(parameters);

    public long PreparedBytes(TensorPlace place, ImmutableArray<long> shape, TensorParameters parameters) => MaskBackbone.PreparedBytes(place, shape, parameters);

    public MatrixWork WorkOf(TensorPlace place, ImmutableArray<long> shape, TensorParameters parameters) => MaskBackbone.WorkOf(place, shape, parameters);

    public void Prepare(TensorInputs inputs) => AreIdentical(inputs);

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var task = TaskParameters.Chosen(parameters);
        if (HasMasks(inputs, parameters))
            return new TaskMaskKernel(Masks(inputs, parameters), task, (float)parameters["lambda"]);
        return AreIdentical(inputs) ? new MeanKernel(0)
            : task is { } own && IsExpert(inputs, parameters) ? new MeanKernel(own)
            : new MeanKernel([.. Enumerable.Range(0, inputs.ModelCount)]);
    }

    public bool HasMasks(TensorInputs inputs, TensorParameters parameters) =>
        inputs.HasBase && !IsExpert(inputs, parameters) && !AreIdentical(inputs);

    public ITaskMasks Masks(TensorInputs inputs, TensorParameters parameters) => new TallMasks(
        MaskBackbone.Of(inputs, parameters),
        [.. Enumerable.Range(0, inputs.ModelCount).Select(model => (float)parameters.Of(model, "tall_lambda"))],
        LeastTasks: 0);

    public bool IsExpert(TensorInputs inputs, TensorParameters parameters) =>
        parameters.IsOn("task_expert") || ActionHeadLayers.FromLast(inputs) is { } fromLast && fromLast < parameters["expert_layers"];

    private static bool AreIdentical(TensorInputs inputs) => inputs.Remember("bit-identical in all models", () =>
    {
        var differs = 0;
        inputs.Scan(Granularity.Elements, run =>
        {
            for (var model = 1; model < inputs.ModelCount && Volatile.Read(ref differs) == 0; model++)
                if (!run.Model(0).OnHost().SequenceEqual(run.Model(model).OnHost()))
                    Volatile.Write(ref differs, 1);
        });
        return inputs.ModelCount > 1 && differs == 0;
    });
}
