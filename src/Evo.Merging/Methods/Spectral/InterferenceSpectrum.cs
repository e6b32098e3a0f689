using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Spectral;

/// <summary>
/// An objective in the eigenvectors of its curvature, C = V Λ Vᵀ: (2 rows + columns) · columns numbers a matrix, from which every stopping is one product,
/// τ = (s · (start V)(1 − F) + D V F Λ⁻¹) Vᵀ.
/// </summary>
internal sealed record InterferenceSpectrum(double[] Eigenvalues, Factor Start, Factor Pull, Factor Directions) : IPreparedValue
{
    public long Bytes => PreparedSize.OfFields(Eigenvalues, Start, Pull, Directions);

    public static InterferenceSpectrum Of(TensorInputs inputs, InterferenceObjective objective)
    {
        var algebra = inputs.Algebra;
        var eigen = algebra.Eigen(objective.Curvature);
        return new InterferenceSpectrum(
            eigen.Values,
            inputs.Keep(algebra.Product(objective.Start, eigen.Vectors, transposeRight: true)),
            inputs.Keep(algebra.Product(objective.Pull, eigen.Vectors, transposeRight: true)),
            inputs.Keep(eigen.Vectors));
    }

    /// <summary>θ₀ + λ τ.</summary>
    public LowRankKernel Bind(MatrixAlgebra algebra, TensorParameters parameters, double startScale, double lambda)
    {
        var fractions = SpectralStopping.Fractions(parameters, Eigenvalues);
        return new LowRankKernel(
            algebra,
            [
                new ScaledFactor(Start, Array.ConvertAll(fractions, fraction => lambda * startScale * (1 - fraction))),
                new ScaledFactor(Pull, Array.ConvertAll(SpectralStopping.OverEigenvalues(fractions, Eigenvalues), share => lambda * share)),
            ],
            Directions);
    }
}
