using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Forecasts;

/// <summary>What merging one tensor by a method took.</summary>
/// <param name="Seconds">Of preparation and merge, on all threads.</param>
/// <param name="PreparedBytes">What was kept while it was merged.</param>
/// <param name="AllocatedBytes">Managed memory that it asked for, most of it let go at once.</param>
internal sealed record MethodSample(PlannedTensor Tensor, Granularity Granularity, double Seconds, long PreparedBytes, long AllocatedBytes)
{
    private const double ProductsPerEigen = 0.125; // multiplications in products are so much quicker than in eigenvectors

    public double SecondsFor(PlannedTensor other) => Seconds * Work(other) / Work(Tensor);

    public long PreparedBytesFor(PlannedTensor other) => (long)(PreparedBytes * Elements(other) / Elements(Tensor));

    public long AllocatedBytesFor(PlannedTensor other) => (long)(AllocatedBytes * Elements(other) / Elements(Tensor));

    public static bool IsOfMatrices(PlannedTensor tensor) => !WorkOf(tensor).IsNone;

    /// <summary>Rows of the largest eigenproblem; 0 where there is none.</summary>
    public static long EigenSize(PlannedTensor tensor) => WorkOf(tensor).EigenSize;

    /// <summary>A number in proportion to the time: elements; where matrices are worked on, the multiplications of eigenvectors and products.</summary>
    public static double Work(PlannedTensor tensor)
    {
        var work = WorkOf(tensor);
        var elements = Elements(tensor) * (1 + tensor.Models.Length);
        if (work.IsNone)
            return elements;
        double size = work.EigenSize > 0 ? work.EigenSize : tensor.Output.Shape[1];
        return size * ((size * size * (1 + tensor.Models.Length)) + (ProductsPerEigen * elements));
    }

    private static double Elements(PlannedTensor tensor) => Math.Max(1, tensor.Output.ElementCount);

    private static MatrixWork WorkOf(PlannedTensor tensor) => tensor.Method.WorkOf(tensor.Place, tensor.Output.Shape, tensor.Parameters);
}
