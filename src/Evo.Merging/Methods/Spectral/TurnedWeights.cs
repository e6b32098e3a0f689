using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Spectral;

/// <summary>
/// W₀ turned by the Cayley transform R(ψ) = (I − ψA)⁻¹ (I + ψA) of any strength ψ, for one product each: with AᵀA = V Λ Vᵀ and A² = −AᵀA,
/// R(ψ) − I = V diag(−2ψ²λ / (1 + ψ²λ)) Vᵀ + 2ψ A V diag(1 / (1 + ψ²λ)) Vᵀ. (2 rows + columns) · columns numbers.
/// </summary>
internal sealed record TurnedWeights(double[] SquaredTangents, Factor Straight, Factor Across, Factor Directions) : IPreparedValue
{
    public long Bytes => PreparedSize.OfFields(SquaredTangents, Straight, Across, Directions);

    public static TurnedWeights Of(TensorInputs inputs, Matrix weights, Matrix generator)
    {
        var algebra = inputs.Algebra;
        var eigen = algebra.Eigen(algebra.Product(generator, generator, transposeLeft: true));
        var turned = algebra.Product(weights, generator);
        return new TurnedWeights(
            Array.ConvertAll(eigen.Values, value => Math.Max(0, value)),
            inputs.Keep(algebra.Product(weights, eigen.Vectors, transposeRight: true)),
            inputs.Keep(algebra.Product(turned, eigen.Vectors, transposeRight: true)),
            inputs.Keep(eigen.Vectors));
    }

    /// <summary>What makes W₀ (R(ψ) − I) of <see cref="Directions"/>.</summary>
    public ScaledFactor[] Change(double strength) =>
    [
        new(Straight, Array.ConvertAll(SquaredTangents, value => -2 * strength * strength * value / (1 + (strength * strength * value)))),
        new(Across, Array.ConvertAll(SquaredTangents, value => 2 * strength / (1 + (strength * strength * value)))),
    ];
}
