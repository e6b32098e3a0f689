using System.Collections.Immutable;
using Evo.Merging.Methods;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>
/// The parts of the result: the donor's, each merged as the recipe says. <c>models</c> speaks of every part that the models have, <c>slices</c> of the language
/// model, <c>modules</c> of those that it lists; every other part is the donor's own.
/// </summary>
internal sealed class OutputModules(MergeRecipe recipe, IMergeMethod method, ParentModels parents, ParentIndex donor, PlanNotes notes)
{
    public ImmutableArray<OutputModule> All()
    {
        var listed = Listed();
        var modules = donor.Modules.Select(module =>
            listed.TryGetValue(module.Name, out var entry) ? OfEntry(module, entry)
            : !recipe.Models.IsEmpty ? OfModels(module, recipe.Models, RecipeParameters.None, recipe.Place)
            : !recipe.Slices.IsEmpty && module == donor.Main ? OfSlices(module, recipe.Slices, RecipeParameters.None)
            : Kept(module)).ToImmutableArray();
        if (!recipe.Models.IsEmpty)
            RefuseModulesOfOthers();
        foreach (var module in modules.Where(module => !module.IsKept))
            foreach (var slice in module.Slices)
                slice.RequireModels(recipe, method);
        return modules;
    }

    private Dictionary<string, RecipeModule> Listed()
    {
        var listed = new Dictionary<string, RecipeModule>(StringComparer.Ordinal);
        foreach (var entry in recipe.Modules)
        {
            var module = ModelModules.Find(donor, entry.Name) ?? throw recipe.Refuse(entry.Place,
                $"'{donor.Name}' has no module '{entry.Name}'{NearestName.Hint(entry.Name, donor.Modules.Select(known => known.Name))}");
            if (!listed.TryAdd(module.Name, entry))
                throw recipe.Refuse(entry.Place, $"'{entry.Name}' is the module '{module.Name}', which is listed already");
        }

        return listed;
    }

    private OutputModule OfEntry(ModuleIndex module, RecipeModule entry) => entry.Models.IsEmpty
        ? OfSlices(module, entry.Slices, entry.Parameters)
        : OfModels(module, entry.Models, entry.Parameters, entry.Place);

    private OutputModule OfModels(ModuleIndex module, ImmutableArray<RecipeModel> models, RecipeParameters parameters, RecipePlace place)
    {
        var sources = models.Select(model => (model.Place, Source: Source(model.Model, module, model.Parameters))).ToList();
        if (recipe.BaseModel is { } name && models.All(model => model.Model != name))
            sources.Add((place, Source(name, module, RecipeParameters.None, isAdded: true)));
        var present = sources.Where(source => source.Source is not null).Select(source => source.Source!).ToImmutableArray();
        if (present.Length < sources.Count)
        {
            var lacking = recipe.ReferencedModels.First(model => parents.Index(model).Module(module.Name) is null);
            if (present.Count(source => !source.IsAdded && source.Parent.Name != recipe.BaseModel) < Math.Max(1, method.Needs.MinimumModels))
                return Kept(module, $"'{lacking}' has none");
            notes.Add($"'{lacking}' has no {module.Name}; it is merged from the models that have one");
        }

        var first = present.FirstOrDefault(source => source.Parent == donor, present[0]);
        foreach (var (at, source) in sources)
            if (source is not null && source.Module.LayerCount != first.Module.LayerCount)
                throw recipe.Refuse(at, $"{OfMain(module)}'{first.Parent.Name}' has {first.Module.LayerCount} layers and '{source.Parent.Name}' "
                    + $"{source.Module.LayerCount}; use 'slices' to say which layers belong together");
        return new OutputModule(
            module, [new OutputSlice(present, recipe.BaseModel, first.Module.LayerCount, RecipeParameters.None, parameters, place)], method);
    }

    private OutputSource? Source(string model, ModuleIndex module, RecipeParameters parameters, bool isAdded = false)
    {
        var parent = parents.Index(model);
        if (ArchitectureMap.IsNeeded(recipe, method, donor, parent))
            return module == donor.Main ? Mapped(parent, parameters) : null;
        return parent.Module(module.Name) is { } own ? new OutputSource(parent, own, 0, parameters, isAdded) : null;
    }

    private OutputSource Mapped(ParentIndex parent, RecipeParameters parameters)
    {
        var first = parents.Index(recipe.Models.Length > 1 ? recipe.Models[0].Model : donor.Name);
        var view = ArchitectureMap.View(first, parent, recipe.Parameters.Evaluate("map_threshold", "", 0) ?? ArchitectureMap.LeastScore);
        notes.Add($"'{parent.Name}' is of another architecture: {view.Tensors.Count()} of {first.Main.Tensors.Count()} tensors of '{first.Name}' have a partner in it "
            + "and are merged with it, the others are kept");
        return new OutputSource(parent, view, 0, parameters, IsMapped: true);
    }

    private OutputModule OfSlices(ModuleIndex module, ImmutableArray<RecipeSlice> slices, RecipeParameters parameters) =>
        new(module, [.. slices.Select((slice, number) => OfSlice(module, slice, number, parameters))], method);

    private OutputSlice OfSlice(ModuleIndex module, RecipeSlice slice, int number, RecipeParameters parameters)
    {
        var sources = ImmutableArray.CreateBuilder<OutputSource>();
        foreach (var source in slice.Sources)
        {
            var parent = parents.Index(source.Model);
            var own = parent.Module(module.Name) ?? throw recipe.Refuse(source.Place, $"'{source.Model}' has no {module.Name}");
            if (source.EndLayer > own.LayerCount)
                throw recipe.Refuse(source.Place, $"{OfMain(module)}slice {number + 1} takes layers [{source.FirstLayer}, {source.EndLayer}) of '{source.Model}', "
                    + $"which has {own.LayerCount}");
            sources.Add(new OutputSource(parent, own, source.FirstLayer, source.Parameters));
        }

        return new OutputSlice(
            sources.ToImmutable(), slice.BaseModel ?? recipe.BaseModel, slice.Sources[0].LayerCount, slice.Parameters, parameters, slice.Place);
    }

    /// <summary>A part as the donor has it.</summary>
    private OutputModule Kept(ModuleIndex module, string? reason = null)
    {
        notes.Add($"the {module.Name} is that of '{donor.Name}', unchanged{(reason is null ? "" : $" ({reason})")}");
        var source = new OutputSource(donor, module, 0, RecipeParameters.None);
        return new OutputModule(
            module, [new OutputSlice([source], null, module.LayerCount, RecipeParameters.None, RecipeParameters.None, default)], MergeMethods.Find("passthrough")!,
            IsKept: true);
    }

    private void RefuseModulesOfOthers()
    {
        foreach (var model in recipe.ReferencedModels)
            if (!ArchitectureMap.IsNeeded(recipe, method, donor, parents.Index(model))
                && parents.Index(model).Modules.FirstOrDefault(module => donor.Module(module.Name) is null) is { } extra)
                throw recipe.Refuse(recipe.Place, $"'{model}' has a {extra.Name}, '{donor.Name}' has none and gives the result its configuration; make "
                    + $"'{model}' the base_model, or list what is merged under 'modules'");
    }

    private string OfMain(ModuleIndex module) => module == donor.Main ? "" : $"{module.Name}: ";
}
