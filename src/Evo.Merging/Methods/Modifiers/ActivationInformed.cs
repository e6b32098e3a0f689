using System.Collections.Immutable;
using System.Numerics.Tensors;
using Evo.Merging.Calibration;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Modifiers;

/// <summary>
/// Activation-informed merging, AIM (arXiv:2502.02421): the merged task vector of every linear map is damped where the base's input channels are most active,
/// by 1 − aⱼ(1 − ω) for channel j, aⱼ = mean |xⱼ| of the base on calibration text, divided by the largest. ω = 1 changes nothing, ω = 0 freezes the most
/// active channel at the base. Embeddings, norms and biases are left as they are.
/// </summary>
internal sealed class ActivationInformed : IMergeModifier
{
    public string Name => "aim";

    public string Description => "damps the merged task vector in the base's most active input channels, down to aim_omega (AIM, arXiv:2502.02421); needs calibration text";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        new("aim_omega", ParameterScope.Global, 1, 0, 1, 0, 1, "share of the change that the most active channel keeps; published: 0.4"),
    ];

    public CalibrationNeeds CalibrationOf(TensorParameters parameters) =>
        parameters["aim_omega"] == 1 ? default : new CalibrationNeeds(CalibrationKinds.None, CalibrationKinds.Channels);

    public ITensorKernel Wrap(ITensorKernel inner, TensorInputs inputs, TensorParameters parameters)
    {
        var omega = parameters["aim_omega"];
        if (omega == 1 || inputs.Shape.Length != 2 || inputs.StatisticsOfBase is not { } statistics || statistics.Channels != inputs.Shape[1])
            return inner;
        var activity = statistics.MeanMagnitudes;
        var largest = TensorPrimitives.Max(activity);
        if (largest == 0)
            return inner;
        var factors = new float[activity.Length];
        for (var channel = 0; channel < factors.Length; channel++)
            factors[channel] = (float)(1 - ((double)activity[channel] / largest * (1 - omega)));
        return new Kernel(inner, factors);
    }

    private sealed record Kernel(ITensorKernel Inner, float[] Factors) : ITensorKernel
    {
        public Granularity Granularity => Inner.Granularity;

        public void Apply(TensorRun run)
        {
            Inner.Apply(run);
            run.Output.Subtract(run.Base);
            run.Output.ScaleColumns(Factors);
            run.Output.Add(run.Base);
        }
    }
}
