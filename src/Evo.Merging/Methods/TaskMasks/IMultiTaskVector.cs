using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskMasks;

/// <summary>The merged task vector under task masks.</summary>
internal interface IMultiTaskVector
{
    /// <summary>Writes it, and leaves the task vectors themselves in the model blocks. May use scratch blocks from 1 on.</summary>
    void Merge(TensorRun run, Block merged);
}
