using System.Collections.Immutable;
using Evo.Merging.Methods;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>One source of an output slice, opened.</summary>
/// <param name="Module">The part of the parent that is merged.</param>
/// <param name="IsAdded">The base, which the recipe names as <c>base_model</c> but not among the models.</param>
/// <param name="IsMapped">The module is another architecture's, seen through <see cref="ArchitectureMap"/>: it lacks what has no partner.</param>
internal sealed record OutputSource(
    ParentIndex Parent, ModuleIndex Module, int FirstLayer, RecipeParameters Parameters, bool IsAdded = false, bool IsMapped = false);

/// <summary>Consecutive output layers; <c>models:</c> is one slice over all layers, to which the base is added as mergekit does.</summary>
/// <param name="ModuleParameters">Those of the module that the slice belongs to.</param>
internal sealed record OutputSlice(
    ImmutableArray<OutputSource> Sources, string? BaseModel, int LayerCount, RecipeParameters Parameters, RecipeParameters ModuleParameters, RecipePlace Place)
{
    /// <summary>Whether task vectors are taken from the base here: where it is required, and where it is among the sources of a method that takes one.</summary>
    public bool UsesBase(IMergeMethod method) =>
        method.Needs.NeedsBase || (method.Needs.TakesBase && Sources.Any(source => source.Parent.Name == BaseModel));

    /// <exception cref="RecipeException">The method takes another number of models, or needs a base.</exception>
    public void RequireModels(MergeRecipe recipe, IMergeMethod method)
    {
        var needs = method.Needs;
        if (needs.NeedsBase && BaseModel is null)
            throw recipe.Refuse(Place, $"the method '{method.Name}' needs a 'base_model'");
        if (needs.NeedsBase && Sources.All(source => source.Parent.Name != BaseModel))
            throw recipe.Refuse(Place, $"a slice does not have the base model '{BaseModel}' among its sources, but '{method.Name}' needs it there");
        var models = ModelCount(method);
        if (models < needs.MinimumModels || models > needs.MaximumModels)
            throw recipe.Refuse(Place, $"the method '{method.Name}' takes {Count(needs)}{(UsesBase(method) ? " besides base_model" : "")}, "
                + $"not {models}{(method.Name == "passthrough" ? "; give one source a slice under 'slices', and no base_model beside 'models'" : "")}");
    }

    private int ModelCount(IMergeMethod method) => Sources.Count(source => UsesBase(method)
        ? source.Parent.Name != BaseModel
        : !source.IsAdded || method.Needs.CountsBase || method.Needs.MaximumModels == 1);

    private static string Count(MethodNeeds needs) => needs.MinimumModels == needs.MaximumModels
        ? $"exactly {needs.MinimumModels} model{(needs.MinimumModels == 1 ? "" : "s")}"
        : needs.MaximumModels == int.MaxValue ? $"at least {needs.MinimumModels}" : $"{needs.MinimumModels} to {needs.MaximumModels} models";
}
