using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Spectral;

namespace Evo.Merging.Methods;

/// <summary>
/// Task singular vectors, merged (arXiv:2412.00081): θ = θ₀ + λ U⊥ diag(wᵢ σ) V⊥ᵀ, where U⊥ and V⊥ come from the top ⌊k/N⌋ singular vectors of every task
/// vector, orthogonalised across tasks. Directions that experts share are dropped once instead of decided by rounding (identical experts).
/// The factors do not depend on weights and lambda; a candidate is one matrix product.
/// </summary>
internal sealed class TsvM : SpectralMethod
{
    public override string Name => "tsv_m";

    public override string Description => "top singular vectors of the task vectors, orthogonalised across tasks (TSV-M, arXiv:2412.00081)";

    public override ImmutableArray<MethodParameter> Parameters { get; } =
    [
        SpectralParameters.Weight, CommonParameters.Lambda, SpectralParameters.RankFraction, SpectralParameters.Embeddings, SpectralParameters.Vectors,
    ];

    protected override long PreparedNumbers(long rows, long columns, TensorParameters parameters) => (rows + columns) * Math.Min(rows, columns);

    protected override MatrixWork WorkOf(double rows, double columns, TensorParameters parameters) => WorkOf(rows, columns, matrices: 5, squares: 5.3);

    protected override void PrepareMatrix(TensorInputs inputs) => TaskSingularFactors.Of(inputs, inputs.RankShare());

    protected override ITensorKernel BindMatrix(TensorInputs inputs, TensorParameters parameters)
    {
        var factors = TaskSingularFactors.Of(inputs, inputs.RankShare(parameters[SpectralParameters.RankFraction.Name]));
        var lambda = parameters[CommonParameters.Lambda.Name];
        return new LowRankKernel(
            inputs.Algebra, [new ScaledFactor(factors.Left, factors.Weighted(model => lambda * WeightOf(parameters, model)))], factors.Right);
    }

    protected override double WeightOf(TensorParameters parameters, int model) => parameters.Of(model, SpectralParameters.Weight.Name);
}
