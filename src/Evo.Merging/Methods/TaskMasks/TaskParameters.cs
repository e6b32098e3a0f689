using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskMasks;

/// <summary>Parameters that the methods with task masks share.</summary>
internal static class TaskParameters
{
    public static MethodParameter Task { get; } = new(
        "task", ParameterScope.Global, 0, 0, 10_000, 0, 10_000, "0 for the one model that serves all tasks, i for the model of the i-th listed model's task");

    /// <summary>Decides what is written beside the model, not the model: no part of its identity.</summary>
    public static MethodParameter WriteMasks { get; } =
        CommonParameters.Switch("write_masks", false, "'evo merge' also writes task_masks.safetensors, from which every task's model is restored") with { IsInert = true };

    public static MethodParameter Threshold(double byDefault) => new(
        "tall_lambda", ParameterScope.PerModel, byDefault, 0, 1e3, 0.2, 1, "the model's mask is on where |τᵢ| exceeds this multiple of |τ merged − τᵢ| (λₜ)");

    /// <summary>The task from 0, or null for the one model.</summary>
    public static int? Chosen(TensorParameters parameters) => parameters["task"] is var task && task == 0 ? null : (int)task - 1;

    /// <summary>What is wrong with the task; null when nothing is.</summary>
    public static string? Objection(TensorParameters parameters) =>
        parameters["task"] is var task && task == Math.Floor(task) && task <= parameters.ModelCount
            ? null
            : FormattableString.Invariant(
                $"'task' is {task} and there are {parameters.ModelCount} models; give 0 for the one model of all tasks, or the number of a listed model from 1");
}
