using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskVectors;

/// <summary>TIES' trim: the ⌊density · n⌋ elements of largest magnitude stay, tensor by tensor.</summary>
internal static class MagnitudeTrim
{
    public static Sparsity Of(TensorInputs inputs, TensorParameters parameters, int model)
    {
        var density = parameters.Of(model, "density");
        if (density >= 1)
            return Sparsity.None;
        var kept = (long)(density * inputs.ElementCount);
        var order = TaskVectorOrders.Of(inputs, model);
        var trimmed = new Sparsity(order.Largest(kept));
        return parameters.IsOn("rescale")
            ? trimmed.WithL1Norm(inputs, model, (order.SumOfLargest(inputs.ElementCount), order.SumOfLargest(kept)))
            : trimmed;
    }
}
