using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Rounded;

namespace Evo.Merging.Methods;

/// <summary>Weighted average of the models themselves (model soups, arXiv:2203.05482): θ = Σ wᵢ θᵢ, divided by Σ wᵢ when normalised.</summary>
internal sealed class Linear : IMergeMethod
{
    private const double SmallestWeightSum = 1e-8;

    public string Name => "linear";

    public string Description => "weighted average of the models (model soups, arXiv:2203.05482)";

    public ImmutableArray<MethodParameter> Parameters { get; } = [CommonParameters.Weight(1), CommonParameters.Normalize(true), CommonParameters.MergekitSteps()];

    public MethodNeeds Needs { get; } = new(
        NeedsBase: false, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: true);

    public bool IgnoresZeroWeights => true;

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var weights = parameters.Weights();
        if (StepRounding.Of(inputs) is { } rounding)
            return RoundedAverageKernel.Of(weights, parameters.IsOn("normalize"), rounding);
        var sum = weights.Sum();
        if (!parameters.IsOn("normalize"))
            return new Kernel(weights, Divisor: 1);
        return Math.Abs(sum) >= SmallestWeightSum
            ? new Kernel(weights, sum)
            : throw new NonFiniteMergeException(inputs.Name, "its weights sum to 0, and 'normalize' divides by that sum");
    }

    internal sealed record Kernel(float[] Weights, float Divisor) : ITensorKernel
    {
        public void Apply(TensorRun run)
        {
            var merged = run.Output;
            merged.Clear();
            for (var model = 0; model < Weights.Length; model++)
                merged.AddScaled(run.Model(model), Weights[model]);
            if (Divisor != 1)
                merged.Divide(Divisor);
        }
    }
}
