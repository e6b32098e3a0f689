using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Rounded;

namespace Evo.Merging.Methods.TaskVectors;

/// <summary>The order in which a task vector is trimmed: of what it is, or of what it is when every step is rounded.</summary>
internal static class TaskVectorOrders
{
    public static IMagnitudeOrder Of(TensorInputs inputs, int model) => StepRounding.Of(inputs) is not { } rounding
        ? inputs.TaskVectorOrder(model)
        : inputs.ScoreOrder(
            $"order of the task vector in {rounding.Type}",
            model,
            Granularity.Elements,
            run => rounding.TaskVector(run, model, rounding.Base(run, 0)));
}
