using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Spectral;

namespace Evo.Merging.Methods;

/// <summary>
/// Isotropic merging in the common subspace (arXiv:2502.04959): Σ τᵢ = U Σ Vᵀ becomes σ̄ U Vᵀ with σ̄ the mean singular value, over the directions
/// that are there (a sum of low-rank updates has rounding errors for the others, which must not be raised to σ̄). The spectrum may be flattened in part.
/// </summary>
internal sealed class IsoC : SpectralMethod
{
    public override string Name => "iso_c";

    public override string Description => "sum of the task vectors with all singular values set to their mean (Iso-C, arXiv:2502.04959)";

    public override ImmutableArray<MethodParameter> Parameters { get; } =
        [IsotropicFactors.Lambda, IsotropicFactors.Flatness, SpectralParameters.Embeddings, SpectralParameters.Vectors];

    protected override long PreparedNumbers(long rows, long columns, TensorParameters parameters) => (rows + columns) * Math.Min(rows, columns);

    protected override MatrixWork WorkOf(double rows, double columns, TensorParameters parameters) => WorkOf(rows, columns, matrices: 5.6, squares: 1);

    protected override void PrepareMatrix(TensorInputs inputs) => IsotropicFactors.OfSum(inputs);

    protected override ITensorKernel BindMatrix(TensorInputs inputs, TensorParameters parameters) =>
        IsotropicFactors.OfSum(inputs).Bind(inputs.Algebra, parameters);
}
