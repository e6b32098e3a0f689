using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskMasks;

/// <summary>
/// TALL masks (arXiv:2405.07813): a task's mask is on where |τᵢ| exceeds λᵢ · |τ merged − τᵢ|, that is where the merged vector still serves the task. The one model for
/// all tasks keeps what at least k tasks need.
/// </summary>
/// <param name="LeastTasks">k; 0 keeps everything.</param>
internal sealed record TallMasks(IMultiTaskVector Vector, float[] Thresholds, int LeastTasks) : ITaskMasks
{
    public int Tasks => Thresholds.Length;

    public void Merge(TensorRun run, Block merged) => Vector.Merge(run, merged);

    public void Mask(TensorRun run, int task, Block merged, Block mask)
    {
        var rest = run.Scratch(1);
        rest.CopyFrom(merged);
        rest.Subtract(run.Model(task));
        rest.Absolute();
        mask.CopyFrom(run.Model(task));
        mask.Absolute();
        mask.AddScaled(rest, -Thresholds[task]);
        mask.MarkPositive();
    }

    public float Scale(int task) => 1;

    public bool Common(TensorRun run, Block merged, Block mask)
    {
        if (LeastTasks <= 0)
            return false;
        var count = run.Scratch(2);
        count.Clear();
        for (var task = 0; task < Tasks; task++)
        {
            Mask(run, task, merged, mask);
            count.Add(mask);
        }

        mask.CopyFrom(count);
        mask.Shift(0.5f - LeastTasks);
        mask.MarkPositive();
        return true;
    }
}
