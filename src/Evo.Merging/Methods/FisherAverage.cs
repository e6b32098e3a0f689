using System.Buffers;
using System.Collections.Immutable;
using Evo.Merging.Calibration;
using Evo.Merging.Methods.Activations;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods;

/// <summary>
/// Fisher-weighted averaging (arXiv:2111.09832): θ = Σ λₖ Fₖ θₖ / Σ λₖ Fₖ, element by element, with the diagonal Fisher information Fₖ of each model on its text.
/// Fₖ is measured in the model's own root mean square, so that a model with large gradients does not outweigh the others (the paper divides by
/// the norm, which differs by the number of weights); <c>normalize</c> off takes it as it is. Tensors without information (embedding, final norm, head) are averaged.
/// </summary>
internal sealed class FisherAverage : IMergeMethod
{
    public string Name => "fisher";

    public string Description => "average weighted by the diagonal Fisher information of every weight (arXiv:2111.09832); needs calibration text";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        LinearMaps.Weight,
        CommonParameters.Switch("normalize", true, "measure each model's information in its own root mean square"),
        new("floor", ParameterScope.Global, 1e-6, 1e-12, 1e3, 1e-8, 1e-2, "least information of a weight, in root mean squares; equally uninformed models are averaged"),
    ];

    public MethodNeeds Needs { get; } = new(NeedsBase: false, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: true);

    public bool IgnoresZeroWeights => true;

    public CalibrationNeeds CalibrationOf(TensorParameters parameters) => new(CalibrationKinds.Fisher);

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var shares = WeightedMean.SharesOf(inputs, parameters);
        var all = Enumerable.Range(0, inputs.ModelCount).Select(inputs.Statistics).ToArray();
        if (!Array.TrueForAll(all, statistics => statistics is { HasCurvature: true }))
            return new WeightedMean([.. shares.Select(share => (float)share)]);
        var informed = all.Select((statistics, model) => new Informed(statistics!, shares[model], parameters.IsOn("normalize"), parameters["floor"])).ToArray();
        return new Kernel(informed);
    }

    /// <summary>One model's weights: λ · max(F/rms, floor), or that times rms.</summary>
    private sealed class Informed(ITensorStatistics statistics, double share, bool normalize, double floor)
    {
        private readonly double _unit = statistics.CurvatureRootMeanSquare is > 0 and var unit ? unit : 1;

        public void Weights(TensorRun run, Block target)
        {
            var buffer = ArrayPool<float>.Shared.Rent(run.Length);
            var weights = buffer.AsSpan(0, run.Length);
            var information = statistics.Curvature(run.Start, run.Length);
            var factor = share * (normalize ? 1 : _unit);
            for (var index = 0; index < weights.Length; index++)
                weights[index] = (float)(factor * Math.Max(information[index] / _unit, floor));
            target.Load(0, weights);
            ArrayPool<float>.Shared.Return(buffer);
        }
    }

    private sealed record Kernel(Informed[] Models) : ITensorKernel
    {
        public void Apply(TensorRun run)
        {
            var (sum, total, weights) = (run.Output, run.Scratch(0), run.Scratch(1));
            sum.Clear();
            total.Clear();
            for (var model = 0; model < Models.Length; model++)
            {
                Models[model].Weights(run, weights);
                total.Add(weights);
                weights.Multiply(run.Model(model));
                sum.Add(weights);
            }

            sum.DivideBy(total, smallest: 0);
        }
    }
}
