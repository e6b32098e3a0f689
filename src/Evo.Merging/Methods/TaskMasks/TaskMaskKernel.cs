using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskMasks;

/// <summary>The model of one task, or the one model for all tasks, of a tensor with task masks.</summary>
/// <param name="Task">From 0; null for the one model.</param>
/// <param name="Lambda">Factor on what is added to the base.</param>
internal sealed record TaskMaskKernel(ITaskMasks Masks, int? Task, float Lambda) : ITensorKernel
{
    public void Apply(TensorRun run)
    {
        var (merged, mask) = (run.Output, run.Scratch(0));
        Masks.Merge(run, merged);
        if (Task is { } task)
        {
            Masks.Mask(run, task, merged, mask);
            merged.Multiply(mask);
            if (Masks.Scale(task) is var scale && scale != 1)
                merged.Scale(scale);
        }
        else if (Masks.Common(run, merged, mask))
        {
            merged.Multiply(mask);
        }

        if (Lambda != 1)
            merged.Scale(Lambda);
        merged.Add(run.Base);
    }
}
