using System.Collections.Immutable;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Recipes;

namespace Evo.Merging.Methods.TaskVectors;

/// <summary>
/// DELLA's MagPrune (arXiv:2406.11617): random drop in which the elements of a row stay with probabilities from density - epsilon (the smallest
/// magnitude) to density + epsilon (the largest), in equal steps; the rest is made up for by a factor. A row is the last axis; the only element of a row stays with
/// probability density, where mergekit divides 0 by 0.
/// </summary>
internal static class RankedDrop
{
    /// <summary>The ranks of a row: its magnitudes, their buckets, undecided elements with their draws, and, where a row has to be sorted, its keys and ranks.</summary>
    public const int ScratchOfRun = 7;

    public static ImmutableArray<MethodParameter> Parameters(bool normalize) =>
    [
        CommonParameters.Weight(1.5),
        CommonParameters.Density(0.1),
        new(
            "epsilon", ParameterScope.PerModel, 0.15, 0, 0.5, 0, 0.2,
            "how far the probability of staying goes up and down from density with the rank of an element in its row; density ± epsilon must lie within (0, 1)"),
        CommonParameters.Normalize(normalize),
        CommonParameters.Rescale(true),
        CommonParameters.Lambda,
        CommonParameters.Int8Mask,
        RandomDrop.Seed,
    ];

    /// <summary>What is wrong with a density and epsilon together.</summary>
    public static string? Objection(TensorParameters parameters)
    {
        for (var model = 0; model < parameters.ModelCount; model++)
        {
            var (density, epsilon) = (parameters.Of(model, "density"), parameters.Of(model, "epsilon"));
            if (density is > 0 and < 1 && (density - epsilon <= 0 || density + epsilon >= 1))
                return $"'density' {RecipeWriter.Number(density)} ± 'epsilon' {RecipeWriter.Number(epsilon)} must lie within (0, 1); "
                    + $"'epsilon' may be less than {RecipeWriter.Number(Math.Round(Math.Min(density, 1 - density), 12))}";
        }

        return null;
    }

    public static Sparsity Of(TensorInputs inputs, TensorParameters parameters, int model)
    {
        var density = parameters.Of(model, "density");
        if (density >= 1)
            return Sparsity.None;
        if (density <= 0)
            return Sparsity.Everything;
        var dropped = new Sparsity(
            Mask: inputs.MaskKey(model, (long)parameters["seed"]), Density: density, Spread: parameters.Of(model, "epsilon"));
        return parameters.IsOn("rescale") ? dropped.WithL1Norm(inputs, model) : dropped;
    }
}
