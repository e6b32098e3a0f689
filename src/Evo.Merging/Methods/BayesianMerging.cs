using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Calibration;
using Evo.Merging.Methods.Activations;
using Evo.Merging.Methods.Backbones;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods;

/// <summary>
/// The inner step of Bayesian Model Merging (arXiv:2605.12843): for every linear map, activation regression anchored at a merge that is already good,
/// W* = argmin Σ λₖ ‖Xₖ(W − Wₖ)‖² + ρ ‖W − W_anchor‖², then W = W₀ + s (W* − W₀). Its outer step searches ρ (<c>ridge</c>) and s (<c>lambda</c>) for each kind of
/// module: filters and ranges in a search space. Each Gram matrix is divided by the mean of its diagonal, so that one range of ρ fits all layers. The
/// data-free variant takes τₖᵀτₖ, normalised alike, in the place of the activations'; <c>gram_blend</c> mixes the two. Tensors that are no linear maps take the anchor.
/// </summary>
internal sealed class BayesianMerging : IMergeMethod
{
    public string Name => "bmm";

    public string Description => "linear maps by activation regression anchored at another merge (inner step of Bayesian Model Merging, arXiv:2605.12843); "
        + "needs calibration text unless gram_blend is 1";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        LinearMaps.Weight,
        new("ridge", ParameterScope.Global, 0.1, 0, 1e9, 1e-4, 1e2, "strength of the anchor, ρ, relative to the mean square of a channel; search it on a log scale"),
        CommonParameters.Lambda,
        Anchor.Kind,
        Anchor.Lambda,
        new("gram_blend", ParameterScope.Global, 0, 0, 1, 0, 1, "share of the task vectors' own Gram matrices; 1 needs no text"),
    ];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: true);

    public bool IgnoresZeroWeights => true;

    public CalibrationNeeds CalibrationOf(TensorParameters parameters) =>
        parameters["gram_blend"] < 1 ? new CalibrationNeeds(CalibrationKinds.Grams) : default;

    public long PreparedBytes(TensorPlace place, ImmutableArray<long> shape, TensorParameters parameters) =>
        Anchor.PreparedBytes(place, shape, parameters);

    public MatrixWork WorkOf(TensorPlace place, ImmutableArray<long> shape, TensorParameters parameters)
    {
        var regression = LinearMaps.WorkOf(place, shape, parameters.ModelCount, matrices: 2.25, grams: parameters["gram_blend"] > 0 ? 1.5 : 0.5);
        var anchor = Anchor.WorkOf(place, shape, parameters);
        return new MatrixWork(regression.Numbers + anchor.Numbers, Math.Max(regression.EigenSize, anchor.EigenSize));
    }

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var shares = WeightedMean.SharesOf(inputs, parameters);
        var blend = parameters["gram_blend"];
        var grams = blend < 1 ? LinearMaps.Grams(inputs) : null;
        var lambda = parameters["lambda"];
        if (!LinearMaps.IsInLayers(inputs) || (blend < 1 && grams is null))
            return Anchor.Bind(inputs, parameters, shares, lambda);
        var ofAnchor = Anchor.Change(inputs, parameters, shares);
        return new RegressionKernel(inputs, () =>
        {
            var algebra = inputs.Algebra;
            var vectors = Enumerable.Range(0, shares.Length).Select(inputs.TaskVector).ToArray();
            var anchor = ofAnchor(vectors);
            var changes = vectors.Select(vector => algebra.Sum((1, vector), (-1, anchor))).ToArray();
            var terms = vectors.Select((vector, model) => new RegressionTerm(shares[model], Gram(algebra, vector, grams?[model], blend))).ToArray();
            var change = GramRegression.Solve(algebra, changes, terms, parameters["ridge"]);
            return algebra.Sum((1, inputs.Weights(-1)), (lambda, anchor), (lambda, change));
        });
    }

    /// <summary>(1 − β) G/mean diag G + β τᵀτ/mean diag τᵀτ; one that is zero altogether stays zero.</summary>
    private static RegressionTerm.ReadRow Gram(MatrixAlgebra algebra, Matrix vector, ITensorStatistics? statistics, double blend)
    {
        var activations = statistics is null ? null : RegressionTerm.Of(statistics, 1, 1, (1 - blend) * Inverse(LinearMaps.MeanOfDiagonal(statistics))).Rows;
        var own = blend > 0 ? algebra.Product(vector, vector, transposeLeft: true) : null;
        var factor = own is null ? 0 : blend * Inverse(algebra.SumOfSquares(vector) / vector.Columns);
        return (row, values) =>
        {
            values.Clear();
            activations?.Invoke(row, values);
            if (own is null)
                return;
            var elements = algebra.Read(own).Slice(row * values.Length, values.Length);
            for (var column = 0; column < values.Length; column++)
                values[column] += factor * elements[column];
        };
    }

    private static double Inverse(double value) => value > 0 ? 1 / value : 0;
}
