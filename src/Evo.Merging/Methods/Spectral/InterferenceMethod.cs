using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Methods.Spectral;

/// <summary>Methods that minimise the interference of a merged task vector with each model's, stopped early. Tensors other than matrices stay the base's.</summary>
internal abstract class InterferenceMethod : SpectralMethod
{
    private const string StartScale = "start_scale";

    public override ImmutableArray<MethodParameter> Parameters => [.. Own, .. Shared];

    protected virtual ImmutableArray<MethodParameter> Own => [];

    private static ImmutableArray<MethodParameter> Shared { get; } =
    [
        CommonParameters.Lambda with { SuggestedMinimum = 0.3, SuggestedMaximum = 1.5 },
        SpectralStopping.Kind,
        SpectralStopping.Time,
        SpectralStopping.Ratio,
        new(StartScale, ParameterScope.Global, 1, 0, CommonParameters.LargestWeight, 0.2, 1, "factor on the task vector that descent starts from"),
        SpectralParameters.Embeddings.WithDefault(SpectralParameters.Base),
        SpectralParameters.Vectors.WithDefault(SpectralParameters.Base),
    ];

    /// <summary>Names the objective among those of this method, by the parameters that it depends on.</summary>
    protected abstract string KeyOf(TensorInputs inputs, TensorParameters parameters);

    protected abstract InterferenceObjective ObjectiveOf(TensorInputs inputs, TensorParameters parameters);

    protected override long PreparedNumbers(long rows, long columns, TensorParameters parameters) => columns * ((2 * rows) + columns);

    protected override ITensorKernel BindMatrix(TensorInputs inputs, TensorParameters parameters)
    {
        var key = KeyOf(inputs, parameters);
        var (startScale, lambda) = (parameters[StartScale], parameters[CommonParameters.Lambda.Name]);
        if (parameters.Choice(SpectralStopping.Kind.Name) != SpectralStopping.Adam)
            return inputs.Remember(key, () => InterferenceSpectrum.Of(inputs, ObjectiveOf(inputs, parameters))).Bind(inputs.Algebra, parameters, startScale, lambda);
        var descended = inputs.Remember(
            $"{key} after Adam from {startScale:R}", () => inputs.Keep(ObjectiveOf(inputs, parameters).AfterAdam(inputs.Algebra, startScale)));
        return new FactorKernel(inputs.Algebra, descended, (float)lambda);
    }
}
