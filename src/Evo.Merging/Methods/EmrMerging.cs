using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskMasks;

namespace Evo.Merging.Methods;

/// <summary>
/// EMR-Merging: elect, mask, rescale (arXiv:2405.17461). The unified task vector has in each element the sign of the sum and the largest magnitude of that sign; a task's
/// model is the base plus the unified vector where the task's own has the same sign, times λᵢ = Σ mean|τᵢ| / Σ mean|maskᵢ ⊙ τ uni|, means of tensors summed
/// over the model. With task 0 it is one model for all: θ₀ + λ τ uni.
/// </summary>
internal sealed class EmrMerging : ITaskMaskMethod
{
    public string Name => "emr";

    public string Description => "one task vector of elected signs and largest magnitudes; with 'task: i', masked and rescaled for one task (EMR-Merging, arXiv:2405.17461)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
        [CommonParameters.Lambda with { SuggestedMinimum = 0.1, SuggestedMaximum = 1.5 }, TaskParameters.Task, TaskParameters.WriteMasks];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: true, IsHomogeneous: true);

    public bool IgnoresZeroWeights => false;

    public bool DependsOnPlan(TensorParameters parameters) => parameters["task"] != 0;

    public ImmutableArray<string>? ReadsOfOthers(TensorParameters parameters) => [];

    public string? Objection(TensorParameters parameters) => TaskParameters.Objection(parameters);

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var task = TaskParameters.Chosen(parameters);
        return new TaskMaskKernel(task is null ? Unscaled(inputs.ModelCount) : Masks(inputs, parameters), task, (float)parameters["lambda"]);
    }

    public ITaskMasks Masks(TensorInputs inputs, TensorParameters parameters) => new ElectedMaximum(inputs.Plan.Remember(
        $"emr: factors of {inputs.ModelCount} tasks",
        () => Factors([.. inputs.Plan.Tensors.Select(tensor => tensor.Inputs).Where(tensor => tensor.ModelCount == inputs.ModelCount)])));

    private static ElectedMaximum Unscaled(int tasks) => new([.. Enumerable.Repeat(1f, tasks)]);

    /// <summary>λᵢ of every task; 1 where nothing is left of it.</summary>
    private static float[] Factors(ImmutableArray<TensorInputs> tensors)
    {
        var tasks = tensors[0].ModelCount;
        var totals = new double[2 * tasks];
        foreach (var tensor in tensors)
        {
            var sums = tensor.Remember("emr: magnitudes of task vectors and of their shares", () => Magnitudes(tensor));
            if (!sums.All(double.IsFinite))
                throw new NonFiniteMergeException(tensor.Name);
            for (var sum = 0; sum < sums.Length; sum++)
                totals[sum] += sums[sum] / Math.Max(1, tensor.ElementCount);
        }

        return [.. Enumerable.Range(0, tasks).Select(task => totals[tasks + task] > 0 ? (float)(totals[task] / totals[tasks + task]) : 1)];
    }

    /// <summary>Σ|τᵢ| of every task, then Σ|maskᵢ ⊙ τ uni|.</summary>
    private static double[] Magnitudes(TensorInputs tensor)
    {
        var masks = Unscaled(tensor.ModelCount);
        return tensor.Sum(2 * masks.Tasks, (run, sums) =>
        {
            var (merged, mask) = (run.Scratch(4), run.Scratch(0));
            masks.Merge(run, merged);
            for (var task = 0; task < masks.Tasks; task++)
            {
                sums[task] += run.Model(task).SumOfMagnitudes();
                masks.Mask(run, task, merged, mask);
                mask.Multiply(merged);
                sums[masks.Tasks + task] += mask.SumOfMagnitudes();
            }
        });
    }
}
