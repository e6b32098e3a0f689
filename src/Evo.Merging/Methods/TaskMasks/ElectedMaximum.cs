using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskMasks;

/// <summary>
/// EMR-Merging's unified task vector: in each element the sign of Σ τᵢ (minus at 0) and the largest magnitude among the task vectors of that sign. A task's mask is on
/// where its task vector has the sign.
/// </summary>
internal sealed record ElectedMaximum(float[] Scales) : ITaskMasks
{
    public int Tasks => Scales.Length;

    public void Merge(TensorRun run, Block merged)
    {
        var (negative, sum, opposite) = (run.Scratch(1), run.Scratch(2), run.Scratch(3));
        merged.Clear();
        negative.Clear();
        sum.Clear();
        for (var task = 0; task < Tasks; task++)
        {
            var vector = run.TaskVector(task);
            sum.Add(vector);
            merged.Maximum(vector);
            opposite.CopyFrom(vector);
            opposite.Scale(-1);
            negative.Maximum(opposite);
        }

        sum.MarkPositive();
        merged.Multiply(sum);
        sum.Scale(-1);
        sum.Shift(1);
        negative.Multiply(sum);
        merged.Subtract(negative);
    }

    public void Mask(TensorRun run, int task, Block merged, Block mask)
    {
        mask.Clear();
        mask.AddWhereAgreeing(run.Model(task), merged, 1); // where it is 0, no task vector is positive
    }

    public float Scale(int task) => Scales[task];

    public bool Common(TensorRun run, Block merged, Block mask) => false;
}
