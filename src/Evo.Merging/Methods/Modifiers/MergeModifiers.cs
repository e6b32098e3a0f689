using System.Collections.Immutable;
using Evo.Merging.Recipes;

namespace Evo.Merging.Methods.Modifiers;

/// <summary>The catalogue of modifiers, in the order in which they are applied.</summary>
public static class MergeModifiers
{
    public static ImmutableArray<IMergeModifier> All { get; } =
    [
        new Lines(),
        new ActivationInformed(),
    ];

    /// <summary>The modifiers that a recipe uses: those of which it names a parameter, at whatever level.</summary>
    internal static ImmutableArray<IMergeModifier> UsedBy(MergeRecipe recipe)
    {
        var names = recipe.Models.Select(model => model.Parameters)
            .Concat(recipe.Slices.SelectMany(slice => slice.Sources.Select(source => source.Parameters).Append(slice.Parameters)))
            .Append(recipe.Parameters)
            .SelectMany(parameters => parameters.Settings.Select(setting => setting.Key))
            .ToHashSet(StringComparer.Ordinal);
        return [.. All.Where(modifier => modifier.Parameters.Any(parameter => names.Contains(parameter.Name)))];
    }
}
