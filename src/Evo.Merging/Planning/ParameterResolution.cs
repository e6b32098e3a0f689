using System.Collections.Immutable;
using Evo.Merging.Methods;
using Evo.Merging.Methods.Modifiers;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>
/// mergekit's precedence: source, then slice, then module, then the whole recipe, then the method's default; the first level that has the name and says
/// something about the tensor wins. Modifiers that the recipe
/// uses add their parameters to the method's.
/// </summary>
/// <param name="isKept">The tensor is a model's own: what the recipe says for the merge does not touch it.</param>
internal sealed class ParameterResolution(MergeRecipe recipe, IMergeMethod method, bool isKept = false)
{
    private readonly ImmutableArray<MethodParameter> _declared =
        [.. method.Parameters, .. MergeModifiers.UsedBy(recipe).SelectMany(modifier => modifier.Parameters)];

    /// <param name="used">The sources that become models of the tensor, with the names of their own tensors.</param>
    public TensorParameters Resolve(
        OutputSlice slice, string outputName, double depth, IReadOnlyList<(OutputSource Source, string TensorName)> used)
    {
        var global = _declared.Select(parameter => parameter.Scope == ParameterScope.Global
            ? Value(parameter, slice, null, outputName, depth)
            : 0);
        var perModel = used.Select(pair => _declared.Select(parameter => parameter.Scope == ParameterScope.PerModel
            ? Value(parameter, slice, pair.Source, pair.TensorName, depth)
            : 0).ToImmutableArray());
        return new TensorParameters(_declared, [.. global], [.. perModel]);
    }

    /// <summary>A per-model parameter before the method's default: null when no level says anything about the tensor.</summary>
    public double? OfModel(OutputSlice slice, OutputSource source, string name, string tensorName, double depth) =>
        Deciding(Levels(slice, source), name, tensorName, depth)?.Evaluate(tensorName, depth);

    private double Value(MethodParameter parameter, OutputSlice slice, OutputSource? source, string tensorName, double depth)
    {
        var setting = Deciding(Levels(slice, source), parameter.Name, tensorName, depth);
        return Checked(parameter, setting?.Evaluate(tensorName, depth) ?? parameter.Default, tensorName, source, setting?.Place ?? slice.Place);
    }

    /// <summary>From the innermost on.</summary>
    private RecipeParameters[] Levels(OutputSlice slice, OutputSource? source) =>
        isKept ? [] : [source?.Parameters ?? RecipeParameters.None, slice.Parameters, slice.ModuleParameters, recipe.Parameters];

    private static ParameterSetting? Deciding(RecipeParameters[] levels, string name, string tensorName, double depth)
    {
        foreach (var level in levels)
            if (level.Find(name) is { } setting && setting.Evaluate(tensorName, depth) is not null)
                return setting;
        return null;
    }

    private double Checked(MethodParameter parameter, double? value, string tensorName, OutputSource? source, RecipePlace place)
    {
        var where = $"tensor '{tensorName}'{(source is null ? "" : $" of '{source.Parent.Name}'")}";
        if (value is not { } number)
            throw recipe.Refuse(place, $"the method '{method.Name}' needs the parameter '{parameter.Name}', and nothing gives it for {where}"
                + "; add it, or an entry without filter");
        if (!parameter.Accepts(number))
            throw recipe.Refuse(place, $"'{parameter.Name}' is {RecipeWriter.Number(number)} for {where}, "
                + $"but must lie in [{RecipeWriter.Number(parameter.Minimum)}, {RecipeWriter.Number(parameter.Maximum)}]");
        return number;
    }
}
