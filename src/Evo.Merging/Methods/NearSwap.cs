using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods;

/// <summary>
/// The base moved towards one other model, every element by at most t: what differs by less is taken over. (Below differences of 10⁻⁶, mergekit's bound, by the share t / 10⁻⁶.)
/// </summary>
internal sealed class NearSwap : IMergeMethod
{
    public string Name => "nearswap";

    public string Description => "base_model moved towards one other model, each element by at most t (alchemonaut's QuartetAnemoi)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
        [new("t", ParameterScope.Global, null, 0, CommonParameters.LargestWeight, 1e-6, 1e-2, "how far an element moves at most; sensible values depend on the scale of the weights")];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: 1, NeedsGlobalPass: false, IsHomogeneous: false);

    public bool IgnoresZeroWeights => false;

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters) => new Kernel((float)parameters["t"]);

    private sealed record Kernel(float Distance) : ITensorKernel
    {
        public void Apply(TensorRun run)
        {
            run.Output.CopyFrom(run.Base);
            run.Output.MoveTowards(run.Model(0), Distance);
        }
    }
}
