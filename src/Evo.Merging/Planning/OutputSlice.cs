using System.Collections.Immutable;
using Evo.Merging.Methods;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>One source of an output slice, opened.</summary>
/// <param name="IsAdded">The base, which the recipe names as <c>base_model</c> but not among the models.</param>
internal sealed record OutputSource(ParentIndex Parent, int FirstLayer, RecipeParameters Parameters, bool IsAdded = false);

/// <summary>Consecutive output layers; <c>models:</c> is one slice over all layers, to which the base is added as mergekit does.</summary>
internal sealed record OutputSlice(ImmutableArray<OutputSource> Sources, string? BaseModel, int LayerCount, RecipeParameters Parameters)
{
    public static ImmutableArray<OutputSlice> Of(MergeRecipe recipe, IMergeMethod method, ParentModels parents)
    {
        ImmutableArray<OutputSlice> slices = recipe.Slices.IsEmpty
            ? [OfModels(recipe, parents)]
            : [.. recipe.Slices.Select((slice, number) => OfSlice(recipe, slice, number, parents))];
        foreach (var slice in slices)
            slice.RequireModels(recipe, method);
        return slices;
    }

    private static OutputSlice OfModels(MergeRecipe recipe, ParentModels parents)
    {
        var sources = recipe.Models.Select(model => new OutputSource(parents.Index(model.Model), 0, model.Parameters)).ToList();
        if (recipe.BaseModel is { } name && sources.TrueForAll(source => source.Parent.Name != name))
            sources.Add(new OutputSource(parents.Index(name), 0, RecipeParameters.None, IsAdded: true));
        var first = sources[0].Parent;
        foreach (var other in sources.Select(source => source.Parent))
            if (other.LayerCount != first.LayerCount)
                throw new RecipeException($"{recipe.SourceName}: '{first.Name}' has {first.LayerCount} layers and '{other.Name}' {other.LayerCount}; "
                    + "use 'slices' to say which layers belong together");
        return new OutputSlice([.. sources], recipe.BaseModel, first.LayerCount, RecipeParameters.None);
    }

    private static OutputSlice OfSlice(MergeRecipe recipe, RecipeSlice slice, int number, ParentModels parents)
    {
        foreach (var source in slice.Sources)
            if (source.EndLayer > parents.Index(source.Model).LayerCount)
                throw new RecipeException($"{recipe.SourceName}: slice {number + 1} takes layers [{source.FirstLayer}, {source.EndLayer}) of '{source.Model}', "
                    + $"which has {parents.Index(source.Model).LayerCount}");
        return new OutputSlice(
            [.. slice.Sources.Select(source => new OutputSource(parents.Index(source.Model), source.FirstLayer, source.Parameters))],
            slice.BaseModel ?? recipe.BaseModel,
            slice.Sources[0].LayerCount,
            slice.Parameters);
    }

    private void RequireModels(MergeRecipe recipe, IMergeMethod method)
    {
        var needs = method.Needs;
        if (needs.NeedsBase && BaseModel is null)
            throw new RecipeException($"{recipe.SourceName}: the method '{method.Name}' needs a 'base_model'");
        if (needs.NeedsBase && Sources.All(source => source.Parent.Name != BaseModel))
            throw new RecipeException($"{recipe.SourceName}: a slice does not have the base model '{BaseModel}' among its sources, but '{method.Name}' needs it there");
        var models = Sources.Count(source => needs.NeedsBase ? source.Parent.Name != BaseModel : !source.IsAdded || needs.MaximumModels == 1);
        if (models < needs.MinimumModels || models > needs.MaximumModels)
            throw new RecipeException($"{recipe.SourceName}: the method '{method.Name}' takes {Count(needs)}{(needs.NeedsBase ? " besides base_model" : "")}, "
                + $"not {models}{(method.Name == "passthrough" ? "; give one source a slice under 'slices', and no base_model beside 'models'" : "")}");
    }

    private static string Count(MethodNeeds needs) => needs.MinimumModels == needs.MaximumModels
        ? $"exactly {needs.MinimumModels} model{(needs.MinimumModels == 1 ? "" : "s")}"
        : needs.MaximumModels == int.MaxValue ? $"at least {needs.MinimumModels}" : $"{needs.MinimumModels} to {needs.MaximumModels} models";
}
