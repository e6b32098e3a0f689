using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.TaskVectors;

/// <summary>DARE's drop (arXiv:2311.03099): every element stays with probability density, and the rest is made up for by a factor.</summary>
internal static class RandomDrop
{
    /// <summary>The parameters that the DARE methods share.</summary>
    public static ImmutableArray<MethodParameter> Parameters { get; } =
    [
        CommonParameters.Weight(1.5), CommonParameters.Density(0.1), CommonParameters.Normalize(false), CommonParameters.Rescale(true),
        CommonParameters.Lambda, CommonParameters.Int8Mask,
        CommonParameters.Switch("inverse_density", false, "rescale by 1/density, as the paper does, in the place of the L1 norm"),
        Seed,
    ];

    public static MethodParameter Seed => new(
        "seed", ParameterScope.Global, 0, 0, int.MaxValue, 0, int.MaxValue,
        "key of the random masks; the masks of one seed are common to all candidates and nest in density");

    public static Sparsity Of(TensorInputs inputs, TensorParameters parameters, int model)
    {
        var density = parameters.Of(model, "density");
        if (density >= 1)
            return Sparsity.None;
        var dropped = new Sparsity(Mask: inputs.MaskKey(model, (long)parameters["seed"]), Density: density);
        if (!parameters.IsOn("rescale"))
            return dropped;
        if (!parameters.IsOn("inverse_density"))
            return dropped.WithL1Norm(inputs, model);
        return density > 0 ? dropped with { Factor = (float)(1 / density) } : dropped;
    }
}
