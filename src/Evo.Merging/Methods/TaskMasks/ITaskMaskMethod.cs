using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskMasks;

/// <summary>A method whose merge can be written together with the masks of its tasks.</summary>
internal interface ITaskMaskMethod : IMergeMethod
{
    /// <summary>The tensor's masks; null when it has none.</summary>
    ITaskMasks? Masks(TensorInputs inputs, TensorParameters parameters);

    /// <summary>True when every task keeps its own model's tensor.</summary>
    bool IsExpert(TensorInputs inputs, TensorParameters parameters) => false;
}
