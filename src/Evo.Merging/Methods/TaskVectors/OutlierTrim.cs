using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskVectors;

/// <summary>
/// Model Breadcrumbs' trim (arXiv:2312.06795), tensor by tensor: the ⌊gamma · n⌋ largest elements go as outliers, and of the others the ⌊density · n⌋ largest stay. Where both
/// are more than there is, fewer outliers go. Of equal magnitudes the earlier counts as the larger (mergekit: as the smaller).
/// </summary>
internal static class OutlierTrim
{
    public static ImmutableArray<MethodParameter> Parameters(params ImmutableArray<MethodParameter> more) =>
    [
        CommonParameters.Weight(1.5),
        CommonParameters.Density(0.05),
        new("gamma", ParameterScope.PerModel, 0.01, 0, 1, 0, 0.1, "fraction of the task vector's elements, the largest, that is dropped"),
        CommonParameters.Normalize(false),
        CommonParameters.Rescale(false),
        CommonParameters.Lambda,
        CommonParameters.Int8Mask,
        .. more,
    ];

    public static Sparsity Of(TensorInputs inputs, TensorParameters parameters, int model)
    {
        var density = parameters.Of(model, "density");
        if (density >= 1)
            return Sparsity.None;
        var kept = (long)(density * inputs.ElementCount);
        var outliers = Math.Min((long)(parameters.Of(model, "gamma") * inputs.ElementCount), inputs.ElementCount - kept);
        if (kept == 0 || (outliers == 0 && parameters.IsOn("mergekit_compat")))
            return Sparsity.Everything; // mergekit's slice [first:-0] is empty
        var order = TaskVectorOrders.Of(inputs, model);
        var trimmed = new Sparsity(order.Largest(outliers + kept), Outliers: outliers > 0 ? order.Largest(outliers) : null);
        return parameters.IsOn("rescale")
            ? trimmed.WithL1Norm(inputs, model, (order.SumOfLargest(inputs.ElementCount), order.SumOfLargest(outliers + kept) - order.SumOfLargest(outliers)))
            : trimmed;
    }
}
