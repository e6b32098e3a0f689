using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Calibration;
using Evo.Merging.Methods.Activations;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods;

/// <summary>
/// RegMean (arXiv:2212.09849): every linear map of attention and feed-forward blocks becomes the one whose outputs are nearest, in squares, to those of the models
/// on the inputs that each model sees on its text: W = Σ Wₖ G̃ₖ (Σ G̃ₖ)⁻¹, where G̃ₖ is the mean of x xᵀ with its elements off the diagonal multiplied by
/// <c>off_diagonal</c>. Directions that no text excites, and all other tensors, take the weighted mean.
/// </summary>
internal sealed class RegMean : IMergeMethod
{
    public string Name => "regmean";

    public string Description => "linear maps by regression on the models' own activations, other tensors averaged (RegMean, arXiv:2212.09849); needs calibration text";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        LinearMaps.Weight,
        new(
            "off_diagonal", ParameterScope.Global, 0.9, 0, 1, 0, 1,
            "factor on correlations of different channels; 1 is plain regression, 0 weights each channel by itself; published: 0.9, large models 0.5 and 0.1"),
    ];

    public MethodNeeds Needs { get; } = new(NeedsBase: false, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: true);

    public bool IgnoresZeroWeights => true;

    public CalibrationNeeds CalibrationOf(TensorParameters parameters) => new(CalibrationKinds.Grams);

    public MatrixWork WorkOf(TensorPlace place, ImmutableArray<long> shape, TensorParameters parameters) =>
        LinearMaps.WorkOf(place, shape, parameters.ModelCount, matrices: 1.25, grams: 0.5);

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var shares = WeightedMean.SharesOf(inputs, parameters);
        if (LinearMaps.Grams(inputs) is not { } grams)
            return new WeightedMean([.. shares.Select(share => (float)share)]);
        var offDiagonal = parameters["off_diagonal"];
        return new RegressionKernel(inputs, () =>
        {
            var mean = LinearMaps.Mean(inputs, shares);
            var changes = Enumerable.Range(0, shares.Length).Select(model => inputs.Algebra.Sum((1, inputs.Weights(model)), (-1, mean))).ToArray();
            var terms = grams.Select((statistics, model) => RegressionTerm.Of(statistics, shares[model], offDiagonal)).ToArray();
            return inputs.Algebra.Sum((1, mean), (1, GramRegression.Solve(inputs.Algebra, changes, terms, ridge: 0)));
        });
    }
}
