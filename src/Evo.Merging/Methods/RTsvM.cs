using System.Collections.Frozen;
using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Spectral;

namespace Evo.Merging.Methods;

/// <summary>
/// TSV-M with outlier-aware weights and ranks that follow sparsity: our reading of R-TSVM, later RESM (arXiv:2502.06876), whose formulas are not public.
/// A model's singular values are multiplied by cᵢ^η, cᵢ = N oᵢ / Σ oⱼ, with oᵢ the share of Σ|τᵢ| above μ + κσ; a matrix gets the rank
/// ⌊k/N⌋ (1 − ζ ŝ), with ŝ in [0, 1] its place among the matrices of the same kind by the fraction of elements below half the mean magnitude.
/// η = ζ = 0 is TSV-M.
/// </summary>
internal sealed class RTsvM : SpectralMethod
{
    private const double SmallestShare = 1e-3;
    private const string Kappa = "outlier_bound";
    private const string Eta = "outlier_power";
    private const string Zeta = "rank_reduction";

    public override string Name => "r_tsvm";

    public override string Description => "TSV-M weighted by the tails of the task vectors, with lower rank where they are sparse (a reading of arXiv:2502.06876)";

    public override ImmutableArray<MethodParameter> Parameters { get; } =
    [
        SpectralParameters.Weight,
        CommonParameters.Lambda,
        new(Kappa, ParameterScope.Global, 3, 0, 100, 2, 4, "κ: magnitudes above mean + κ deviations are outliers"),
        new(Eta, ParameterScope.Global, 1, -4, 4, -1, 1, "η: power of the outliers' share that weighs a model; 0 weighs all alike"),
        new(Zeta, ParameterScope.Global, 0.5, 0, 1, 0, 0.9, "ζ: how much of its ranks the sparsest matrix of a kind loses; a new value means new factors"),
        SpectralParameters.Embeddings,
        SpectralParameters.Vectors,
    ];

    public override MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: true, IsHomogeneous: true);

    public override bool DependsOnPlan(TensorParameters parameters) => parameters[Zeta] != 0;

    public override ImmutableArray<string>? ReadsOfOthers(TensorParameters parameters) => [];

    protected override long PreparedNumbers(long rows, long columns, TensorParameters parameters) => (rows + columns) * Math.Min(rows, columns);

    protected override MatrixWork WorkOf(double rows, double columns, TensorParameters parameters) => WorkOf(rows, columns, matrices: 5, squares: 5.3);

    protected override void PrepareMatrix(TensorInputs inputs) => TaskVectorTails.Sparsity(inputs);

    protected override ITensorKernel BindMatrix(TensorInputs inputs, TensorParameters parameters)
    {
        var factors = TaskSingularFactors.Of(inputs, Rank(inputs, parameters[Zeta]));
        var shares = Shares(inputs, parameters[Kappa], parameters[Eta]);
        var lambda = parameters[CommonParameters.Lambda.Name];
        return new LowRankKernel(
            inputs.Algebra,
            [new ScaledFactor(factors.Left, factors.Weighted(model => lambda * shares[model] * WeightOf(parameters, model)))],
            factors.Right);
    }

    protected override double WeightOf(TensorParameters parameters, int model) => parameters.Of(model, SpectralParameters.Weight.Name);

    /// <summary>cᵢ^η; a share of nothing counts as a thousandth, so that a negative power stays finite.</summary>
    private static double[] Shares(TensorInputs inputs, double kappa, double eta)
    {
        var masses = Enumerable.Range(0, inputs.ModelCount)
            .Select(model => eta == 0 ? 0 : inputs.Remember($"outlier mass above {kappa:R} deviations", model, () => TaskVectorTails.OutlierMass(inputs, model, kappa)))
            .ToArray();
        var sum = masses.Sum();
        return [.. masses.Select(mass => sum > 0 ? Math.Pow(Math.Max(SmallestShare, masses.Length * mass / sum), eta) : 1)];
    }

    private static int Rank(TensorInputs inputs, double zeta) => zeta == 0
        ? inputs.RankShare()
        : (int)Math.Clamp(Math.Round(inputs.RankShare() * (1 - (zeta * Ranks(inputs.Plan).GetValueOrDefault(inputs.Name)))), 1, inputs.RankShare());

    /// <summary>ŝ of every matrix: its place by sparsity among those of its kind, from 0 for the densest to 1 for the sparsest.</summary>
    private static FrozenDictionary<string, double> Ranks(PlanInputs plan) => plan.Remember("sparsity ranks", () => plan.Tensors
        .Select(tensor => tensor.Inputs)
        .Where(inputs => inputs.Shape.Length == 2)
        .GroupBy(inputs => inputs.Place.Part)
        .SelectMany(kind =>
        {
            var ascending = kind.Select(inputs => (inputs.Name, Sparsity: TaskVectorTails.Sparsity(inputs))).OrderBy(pair => pair.Sparsity).ToArray();
            return ascending.Select((pair, place) => (pair.Name, Place: ascending.Length > 1 ? (double)place / (ascending.Length - 1) : 0));
        })
        .ToFrozenDictionary(pair => pair.Name, pair => pair.Place));
}
