using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods;

/// <summary>The tensors of one model, as they are or scaled: with slices, layers stacked in any order and from any model ("frankenmerge").</summary>
internal sealed class Passthrough : IMergeMethod
{
    public string Name => "passthrough";

    public string Description => "layers of one or more models stacked unchanged, each output layer from one source; 'scale' multiplies tensors";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        new(
            "scale", ParameterScope.PerModel, 1, -CommonParameters.LargestWeight, CommonParameters.LargestWeight, 0.5, 1.2,
            "factor on the tensor; use filters to reach single projections"),
    ];

    public MethodNeeds Needs { get; } = new(
        NeedsBase: false, MinimumModels: 1, MaximumModels: 1, NeedsGlobalPass: false, IsHomogeneous: false);

    public bool IgnoresZeroWeights => false;

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters) => new Kernel((float)parameters.Of(0, "scale"));

    private sealed record Kernel(float Scale) : ITensorKernel
    {
        public void Apply(TensorRun run)
        {
            run.Output.CopyFrom(run.Model(0));
            if (Scale != 1)
                run.Output.Scale(Scale);
        }
    }
}
