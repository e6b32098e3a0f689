using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Forecasts;

/// <summary>What merging one tensor by a method took.</summary>
/// <param name="Seconds">Of preparation and merge, on all threads.</param>
/// <param name="PreparedBytes">What was kept while it was merged.</param>
internal sealed record MethodSample(PlannedTensor Tensor, Granularity Granularity, double Seconds, long PreparedBytes)
{
    /// <summary>
    /// The same for another tensor: by elements, or, where a method works on whole matrices, by the operations of a matrix product.
    /// </summary>
    public double SecondsFor(PlannedTensor other) => Seconds * Work(other) / Work(Tensor);

    public long PreparedBytesFor(PlannedTensor other) => (long)(PreparedBytes * (other.Output.ElementCount / (double)Math.Max(1, Tensor.Output.ElementCount)));

    private double Work(PlannedTensor tensor)
    {
        var elements = (double)Math.Max(1, tensor.Output.ElementCount) * (1 + tensor.Models.Length);
        return Granularity == Granularity.Whole && tensor.Output.Shape.Length == 2 ? elements * Math.Min(tensor.Output.Shape[0], tensor.Output.Shape[1]) : elements;
    }
}
