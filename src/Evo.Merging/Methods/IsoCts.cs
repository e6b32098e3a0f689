using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Spectral;

namespace Evo.Merging.Methods;

/// <summary>
/// Isotropic merging in common and task-specific subspaces (arXiv:2502.04959): the top directions of Σ τᵢ, and from every task as many of those that
/// are orthogonal to them on the left, together made orthonormal and given one singular value, the mean of all. A common fraction of 1 is Iso-C.
/// </summary>
internal sealed class IsoCts : SpectralMethod
{
    private const string CommonFraction = "common_space_fraction";

    public override string Name => "iso_cts";

    public override string Description => "directions that tasks share and their own, all with the mean singular value (Iso-CTS, arXiv:2502.04959)";

    public override ImmutableArray<MethodParameter> Parameters { get; } =
    [
        IsotropicFactors.Lambda,
        IsotropicFactors.Flatness,
        new(CommonFraction, ParameterScope.Global, 0.8, 0, 1, 0.3, 1, "share of the ranks for the common space; a new value means new factors"),
        SpectralParameters.Embeddings,
        SpectralParameters.Vectors,
    ];

    protected override long PreparedNumbers(long rows, long columns, TensorParameters parameters) => (rows + columns) * Math.Min(rows, columns);

    protected override MatrixWork WorkOf(double rows, double columns, TensorParameters parameters) => WorkOf(rows, columns, matrices: 5.1, squares: 6.6);

    protected override void PrepareMatrix(TensorInputs inputs)
    {
        // Factors depend on the common fraction.
    }

    protected override ITensorKernel BindMatrix(TensorInputs inputs, TensorParameters parameters) =>
        Factors(inputs, parameters[CommonFraction]).Bind(inputs.Algebra, parameters);

    private static IsotropicFactors Factors(TensorInputs inputs, double commonFraction)
    {
        var ranks = inputs.LargestRank();
        var own = (int)Math.Round((ranks - (int)(ranks * commonFraction)) / (double)inputs.ModelCount);
        own = Math.Min(own, ranks / inputs.ModelCount);
        return own == 0
            ? IsotropicFactors.OfSum(inputs)
            : inputs.Remember($"common directions and {own} of each task", () => Factors(inputs, ranks - (own * inputs.ModelCount), own));
    }

    private static IsotropicFactors Factors(TensorInputs inputs, int common, int own)
    {
        var algebra = inputs.Algebra;
        var shared = inputs.TaskVectorSumSvd(common);
        var parts = Enumerable.Range(0, inputs.ModelCount).Select(model =>
        {
            var vector = inputs.TaskVector(model);
            var rest = algebra.Sum((1, vector), (-1, algebra.Product(shared.Left, algebra.Product(shared.Left, vector, transposeLeft: true))));
            var norm = Math.Sqrt(algebra.SumOfSquares(vector));
            return algebra.Leading(algebra.Svd(rest, own), value => value > MatrixAlgebra.RankTolerance * norm); // what is left of a low-rank task may be rounding alone
        }).Append(shared).ToArray();
        return new IsotropicFactors(
            inputs.Keep(algebra.Polar(algebra.JoinColumns([.. parts.Select(part => part.Left)]))),
            [.. parts.SelectMany(part => part.Values)],
            inputs.Keep(algebra.Polar(algebra.JoinRows([.. parts.Select(part => part.Right)]))));
    }
}
