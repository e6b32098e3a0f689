using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Spheres;

namespace Evo.Merging.Methods;

/// <summary>
/// Spherical interpolation of two models, or of their task vectors where there is a base, at t = w₂/(w₁ + w₂). The whole tensor is one vector, or every row is, or
/// every column. Unlike <see cref="Slerp"/> there is no shortcut for nearly parallel vectors; exactly parallel or opposed ones are interpolated linearly.
/// </summary>
internal sealed class NuSlerp : IMergeMethod
{
    private const double SmallestWeightSum = 1e-6;

    public string Name => "nuslerp";

    public string Description => "spherical interpolation of two models or of their task vectors: tensors, rows or columns (mergekit)";

    public ImmutableArray<MethodParameter> Parameters { get; } =
    [
        CommonParameters.Weight(1),
        CommonParameters.Switch("nuslerp_flatten", true, "the whole tensor is one vector"),
        CommonParameters.Switch(
            "nuslerp_row_wise", false, "without nuslerp_flatten: vectors along the first axis (columns of a matrix), as mergekit names it, in the place of the last (rows)"),
    ];

    public MethodNeeds Needs { get; } = new(NeedsBase: false, MinimumModels: 2, MaximumModels: 2, NeedsGlobalPass: false, IsHomogeneous: true) { TakesBase = true };

    public bool IgnoresZeroWeights => false;

    public void Prepare(TensorInputs inputs)
    {
    }

    public ITensorKernel Bind(TensorInputs inputs, TensorParameters parameters)
    {
        var (first, second) = (parameters.Of(0, "weight"), parameters.Of(1, "weight"));
        var t = Math.Abs(first + second) < SmallestWeightSum ? 0.5 : second / (first + second);
        if (parameters.IsOn("nuslerp_flatten"))
        {
            var gram = GramMatrix.Of(inputs);
            var (ofFirst, ofSecond) = Arc.Between(gram[0, 0], gram[1, 1], gram[0, 1], t);
            return CombinationKernel.Of(inputs, [ofFirst, ofSecond]);
        }

        return parameters.IsOn("nuslerp_row_wise") && inputs.Shape.Length > 1 ? ColumnArcKernel.Of(inputs, t) : new RowArcKernel(t, inputs.HasBase);
    }
}
