using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Spectral;

/// <summary>Singular vectors and values whose spectrum is to be flattened.</summary>
internal sealed record IsotropicFactors(Factor Left, double[] Values, Factor Right) : IPreparedValue
{
    public long Bytes => PreparedSize.OfFields(Left, Values, Right);

    public static MethodParameter Lambda { get; } = CommonParameters.Lambda with { SuggestedMinimum = 0.3, SuggestedMaximum = 3 };

    public static MethodParameter Flatness { get; } = new(
        "flatness", ParameterScope.Global, 1, 0, 1, 0, 1, "ρ: singular values become (1 − ρ) σ + ρ · mean σ");

    /// <summary>Those of Σ τᵢ.</summary>
    public static IsotropicFactors OfSum(TensorInputs inputs) => inputs.Remember("singular vectors of the task vectors' sum", () =>
    {
        var svd = inputs.TaskVectorSumSvd();
        return new IsotropicFactors(inputs.Keep(svd.Left), svd.Values, inputs.Keep(svd.Right));
    });

    /// <summary>θ₀ + λ U diag((1 − ρ) σ + ρ σ̄) Vᵀ.</summary>
    public LowRankKernel Bind(MatrixAlgebra algebra, TensorParameters parameters)
    {
        var (lambda, flatness) = (parameters[Lambda.Name], parameters[Flatness.Name]);
        var mean = Values.Length > 0 ? Values.Average() : 0;
        return new LowRankKernel(
            algebra, [new ScaledFactor(Left, Array.ConvertAll(Values, value => lambda * (((1 - flatness) * value) + (flatness * mean))))], Right);
    }
}
