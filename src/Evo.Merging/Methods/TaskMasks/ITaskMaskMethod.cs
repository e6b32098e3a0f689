using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskMasks;

/// <summary>A method whose merge can be written together with the masks of its tasks.</summary>
internal interface ITaskMaskMethod : IMergeMethod
{
    /// <summary>Whether a tensor has masks; no more work than that takes.</summary>
    bool HasMasks(TensorInputs inputs, TensorParameters parameters) => true;

    /// <summary>The masks of a tensor that has some.</summary>
    ITaskMasks Masks(TensorInputs inputs, TensorParameters parameters);

    /// <summary>True when every task keeps its own model's tensor.</summary>
    bool IsExpert(TensorInputs inputs, TensorParameters parameters) => false;

    /// <summary>Whether the order of the models tells the tasks here, so that none may be left out of a tensor.</summary>
    static bool CountsTasks(IMergeMethod method, TensorParameters parameters) =>
        method is ITaskMaskMethod && (TaskParameters.Chosen(parameters) is not null || parameters.IsOn(TaskParameters.WriteMasks.Name));
}
