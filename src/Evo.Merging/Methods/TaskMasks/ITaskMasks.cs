using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskMasks;

/// <summary>
/// One tensor of a merge that keeps a mask of one bit an element for each task: the model of task i is θ₀ + scaleᵢ · (maskᵢ ⊙ τ merged). In a run,
/// <see cref="Merge"/> comes first; it leaves the task vectors in the model blocks, where the masks find them.
/// </summary>
internal interface ITaskMasks
{
    int Tasks { get; }

    /// <summary>Writes τ merged. May use scratch blocks from 1 on.</summary>
    void Merge(TensorRun run, Block merged);

    /// <summary>Writes 1 where the task's mask is on, else 0. May use scratch blocks from 1 on.</summary>
    void Mask(TensorRun run, int task, Block merged, Block mask);

    /// <summary>Factor on the masked task vector of a task.</summary>
    float Scale(int task);

    /// <summary>Writes the mask of the one model that serves all tasks; false when that model takes all of τ merged.</summary>
    bool Common(TensorRun run, Block merged, Block mask);
}
