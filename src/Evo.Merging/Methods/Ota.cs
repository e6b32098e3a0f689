using System.Collections.Immutable;
using Evo.Merging.Calibration;
using Evo.Merging.Methods.Activations;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods;

/// <summary>
/// OTA merging with the Fast Fisher Graft (arXiv:2509.11167): θ = θ₀ + Σ hₖ τₖ / Σ hₖ, hₖ = (vₖ^power + ε) on the weights that the graft keeps, 0 elsewhere. vₖ is Adam's
/// second moment of the gradient (<c>exp_avg_sq</c>), or where there is none the Fisher information, or the mean square of the input channel. The graft keeps
/// the weights of largest saliency vₖ τₖ²: a density of each tensor, or those above an absolute threshold; where no model keeps a weight it stays the base's.
/// </summary>
internal sealed class Ota : IMergeMethod
{
    public string Name => "ota";

    public string Description => "task vectors weighted by the optimizer's second moments, those of small saliency left out (OTA with FFG, arXiv:2509.11167)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        LinearMaps.Weight,
        CommonParameters.Density(0.05),
        new("threshold", ParameterScope.PerModel, 0, 0, 1e6, 1e-21, 1e-18, "least saliency v τ² of a weight that is kept; 0 keeps all that the density keeps"),
        MethodParameter.OneOf("curvature", "v: the optimizer's state, the Fisher information, or mean squares of the inputs", "optimizer", "fisher", "activations"),
        new("power", ParameterScope.Global, 0.5, 0, 2, 0.25, 1, "exponent of v in the weights"),
        new("ota_epsilon", ParameterScope.Global, 1e-8, 1e-30, 1, 1e-26, 1e-6, "ε, the weight where v is 0; published with optimizer states: 1e-26"),
        CommonParameters.Switch("rank_one", false, "take (row sums)(column sums)/total in the place of v, which is all that has to be stored of it"),
        CommonParameters.Switch("preserve_norm", false, "scale the merged task vector to the mean norm of the models' own"),
        CommonParameters.Lambda,
    ];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: true);

    public bool IgnoresZeroWeights => true;

    public CalibrationNeeds CalibrationOf(TensorParameters parameters) => new(parameters.Choice("curvature") switch
    {
        "fisher" => CalibrationKinds.Fisher,
        "activations" => CalibrationKinds.Channels,
        _ => CalibrationKinds.OptimizerState,
    });

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var shares = WeightedMean.SharesOf(inputs, parameters);
        var curvatures = Enumerable.Range(0, inputs.ModelCount)
            .Select(model => Curvature.Of(inputs, inputs.Statistics(model), parameters.Choice("curvature") == "activations", parameters.IsOn("rank_one"))).ToArray();
        var lambda = (float)parameters["lambda"];
        if (Array.Exists(curvatures, curvature => curvature is null))
            return new SumOfTaskVectors([.. shares.Select(share => (float)share)], lambda);
        var grafts = curvatures.Select((curvature, model) => new Graft(
            model,
            curvature!,
            shares[model],
            parameters["power"],
            parameters["ota_epsilon"],
            (float)parameters.Of(model, "threshold"),
            Cut(inputs, curvature!, model, parameters))).ToArray();
        var kernel = new Kernel(grafts, lambda);
        return parameters.IsOn("preserve_norm") ? kernel with { Lambda = lambda * NormRatio(inputs, kernel with { Lambda = 1 }) } : kernel;
    }

    /// <summary>The cut that keeps the most salient ⌊density · n⌋ weights; null when all are kept.</summary>
    private static MagnitudeCut? Cut(TensorInputs inputs, Curvature curvature, int model, TensorParameters parameters)
    {
        var density = parameters.Of(model, "density");
        if (density >= 1)
            return null;
        var kind = $"{parameters.Choice("curvature")} {parameters.IsOn("rank_one")}";
        return inputs.ScoreOrder($"ota: order of saliency by {kind}", model, Granularity.Elements, run => Graft.Saliency(run, curvature, run.TaskVector(model)))
            .Largest((long)(density * inputs.ElementCount));
    }

    /// <summary>Mean ‖τₖ‖ over ‖T‖; 1 when T is zero.</summary>
    private static float NormRatio(TensorInputs inputs, Kernel kernel)
    {
        var merged = inputs.SumMerged(kernel, 1, static (run, sums) =>
        {
            run.Output.Subtract(run.Base);
            sums[0] += run.Output.Dot(run.Output);
        })[0];
        var norms = 0.0;
        foreach (var graft in kernel.Grafts)
        {
            norms += Math.Sqrt(inputs.Remember("square of the task vector's norm", graft.Model, () => inputs.Sum(1, (run, sums) =>
            {
                var vector = run.TaskVector(graft.Model);
                sums[0] += vector.Dot(vector);
            })[0]));
        }

        return merged > 0 ? (float)(norms / kernel.Grafts.Length / Math.Sqrt(merged)) : 1;
    }

    private sealed record Kernel(Graft[] Grafts, float Lambda) : ITensorKernel
    {
        public void Apply(TensorRun run)
        {
            var (sum, total) = (run.Output, run.Scratch(0));
            sum.Clear();
            total.Clear();
            foreach (var graft in Grafts)
            {
                var vector = run.TaskVector(graft.Model);
                var weights = graft.Weights(run, vector);
                total.Add(weights);
                weights.Multiply(vector);
                sum.Add(weights);
            }

            sum.DivideBy(total, smallest: 0); // 0/0 where no model keeps the weight: 0
            if (Lambda != 1)
                sum.Scale(Lambda);
            sum.Add(run.Base);
        }
    }
}
