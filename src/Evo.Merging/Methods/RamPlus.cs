using System.Collections.Immutable;
using Evo.Merging.Methods.Consensus;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods;

/// <summary>
/// <see cref="Ram"/> in which changes that one model alone makes are reinforced (RAM+, tensor by tensor): by 1 + r · min(ρ, alpha), with ρ the model's shared changes for
/// each change of its own.
/// </summary>
internal sealed class RamPlus : IMergeMethod
{
    public string Name => "ramplus_tl";

    public string Description => "ram with the changes of single models reinforced, the more the more of a model's changes are shared (arXiv:2601.13572)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        new("r", ParameterScope.Global, 0.1, 0, CommonParameters.LargestWeight, 0, 0.5, "reinforcement for each shared change"),
        new("alpha", ParameterScope.Global, 0.2, 0, CommonParameters.LargestWeight, 0, 1, "most shared changes, for each change of the model's own, that count"),
        SharedChanges.Epsilon,
    ];

    public MethodNeeds Needs { get; } = new(NeedsBase: true, MinimumModels: 1, MaximumModels: int.MaxValue, NeedsGlobalPass: false, IsHomogeneous: false);

    public bool IgnoresZeroWeights => false;

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var (r, alpha, epsilon) = (parameters["r"], parameters["alpha"], (float)parameters["epsilon"]);
        return new SharedChangesKernel(
            epsilon, [.. SharedChanges.Ratios(inputs, epsilon).Select(ratio => (float)(1 + (r * Math.Min(ratio, alpha))))]);
    }
}
