using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Calibration;
using Evo.Merging.Methods.Activations;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods;

/// <summary>
/// LOT Merging (arXiv:2505.23859): the change T that disturbs the models' features least, layer by layer, min Σ ‖Xₖ(W₀ + T) − Xₖ(W₀ + τₖ)‖². For linear maps
/// T = (Σ Gₖ)⁺ Σ Gₖ τₖ; for the scale of a norm, whose channels do not mix, T = Σ (mean x̂²)ₖ τₖ / Σ (mean x̂²)ₖ with x̂ the normalised values; for all other
/// tensors the mean. Directions that no text excites stay the base's.
/// </summary>
internal sealed class LotMerging : IMergeMethod
{
    public string Name => "lot";

    public string Description => "base plus the task vector with the least drift of features on the models' texts (LOT Merging, arXiv:2505.23859); needs calibration text";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        LinearMaps.Weight,
        CommonParameters.Lambda,
        new("ridge", ParameterScope.Global, 0, 0, 1e6, 1e-4, 1, "pull to the base, relative to the mean square of a channel; 0 in the paper"),
    ];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: false);

    public bool IgnoresZeroWeights => true;

    public CalibrationNeeds CalibrationOf(TensorParameters parameters) => new(CalibrationKinds.Grams | CalibrationKinds.Channels);

    public MatrixWork WorkOf(TensorPlace place, ImmutableArray<long> shape, TensorParameters parameters) =>
        LinearMaps.WorkOf(place, shape, parameters.ModelCount, matrices: 1.25, grams: 0.5);

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var shares = WeightedMean.SharesOf(inputs, parameters);
        var lambda = parameters["lambda"];
        if (LinearMaps.Grams(inputs) is { } grams)
            return new RegressionKernel(inputs, () => OfLinearMap(inputs, grams, shares, parameters["ridge"], lambda));
        if (inputs.Place.Component == Component.Norm && inputs.Shape.Length == 1 && SecondMoments(inputs) is { } moments)
            return new NormKernel(moments, shares, (float)lambda);
        return new SumOfTaskVectors([.. shares.Select(share => (float)share)], (float)lambda);
    }

    private static Matrix OfLinearMap(TensorInputs inputs, ImmutableArray<ITensorStatistics> grams, double[] shares, double ridge, double lambda)
    {
        var size = grams.Select((statistics, model) => shares[model] * LinearMaps.MeanOfDiagonal(statistics)).Sum();
        var changes = Enumerable.Range(0, shares.Length).Select(inputs.TaskVector).ToArray();
        var terms = grams.Select((statistics, model) => RegressionTerm.Of(statistics, shares[model])).ToArray();
        var change = GramRegression.Solve(inputs.Algebra, changes, terms, ridge * size);
        return inputs.Algebra.Sum((1, inputs.Weights(-1)), (lambda, change));
    }

    /// <summary>Mean squares of what each model's norm puts out; null when one is unknown.</summary>
    private static ITensorStatistics[]? SecondMoments(TensorInputs inputs)
    {
        var all = Enumerable.Range(0, inputs.ModelCount).Select(inputs.Statistics).OfType<ITensorStatistics>().ToArray();
        return all.Length == inputs.ModelCount && Array.TrueForAll(all, statistics => statistics.Channels == inputs.Shape[0]) ? all : null;
    }

    /// <summary>What a norm puts out is x̂ · θₖ, so the mean of x̂² is that of the output over θₖ²; where a scale is 0 nothing is known, and the model does not count.</summary>
    private sealed record NormKernel(ITensorStatistics[] Outputs, double[] Shares, float Lambda) : ITensorKernel
    {
        public void Apply(TensorRun run)
        {
            var start = (int)run.Start;
            var (sum, total) = (new double[run.Length], new double[run.Length]);
            var plain = new double[run.Length];
            var bases = run.Base.OnHost();
            for (var model = 0; model < Outputs.Length; model++)
            {
                var scales = run.Model(model).OnHost();
                var moments = Outputs[model].SecondMoments.Slice(start, run.Length);
                for (var channel = 0; channel < scales.Length; channel++)
                {
                    var change = (double)scales[channel] - bases[channel];
                    var size = scales[channel] == 0 ? 0 : Shares[model] * moments[channel] / ((double)scales[channel] * scales[channel]);
                    sum[channel] += size * change;
                    total[channel] += size;
                    plain[channel] += Shares[model] * change;
                }
            }

            var merged = new float[run.Length];
            for (var channel = 0; channel < merged.Length; channel++)
                merged[channel] = (float)(bases[channel] + (Lambda * (total[channel] > 0 ? sum[channel] / total[channel] : plain[channel])));
            run.Output.Load(0, merged);
        }
    }
}
