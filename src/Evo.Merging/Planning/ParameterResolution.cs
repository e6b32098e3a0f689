using System.Collections.Immutable;
using Evo.Merging.Methods;
using Evo.Merging.Methods.Modifiers;
using Evo.Merging.Recipes;

namespace Evo.Merging.Planning;

/// <summary>
/// mergekit's precedence: source, then slice, then the whole recipe, then the method's default; the first level that has the name and says something about
/// the tensor wins. Modifiers that the recipe uses add their parameters to the method's.
/// </summary>
internal sealed class ParameterResolution(MergeRecipe recipe, IMergeMethod method)
{
    private readonly ImmutableArray<MethodParameter> _declared =
        [.. method.Parameters, .. MergeModifiers.UsedBy(recipe).SelectMany(modifier => modifier.Parameters)];

    /// <param name="used">The sources that become models of the tensor, with the names of their own tensors.</param>
    public TensorParameters Resolve(
        OutputSlice slice, string outputName, double depth, IReadOnlyList<(OutputSource Source, string TensorName)> used)
    {
        var global = _declared.Select(parameter => parameter.Scope == ParameterScope.Global
            ? Checked(parameter, OfLevels(slice, parameter.Name, outputName, depth) ?? parameter.Default, outputName, null)
            : 0);
        var perModel = used.Select(pair => _declared.Select(parameter => parameter.Scope == ParameterScope.PerModel
            ? Checked(parameter, OfModel(slice, pair.Source, parameter.Name, pair.TensorName, depth) ?? parameter.Default, pair.TensorName, pair.Source)
            : 0).ToImmutableArray());
        return new TensorParameters(_declared, [.. global], [.. perModel]);
    }

    /// <summary>A per-model parameter before the method's default: null when no level says anything about the tensor.</summary>
    public double? OfModel(OutputSlice slice, OutputSource source, string name, string tensorName, double depth) =>
        source.Parameters.Evaluate(name, tensorName, depth) ?? OfLevels(slice, name, tensorName, depth);

    private double? OfLevels(OutputSlice slice, string name, string tensorName, double depth) =>
        slice.Parameters.Evaluate(name, tensorName, depth) ?? recipe.Parameters.Evaluate(name, tensorName, depth);

    private double Checked(MethodParameter parameter, double? value, string tensorName, OutputSource? source)
    {
        var where = $"tensor '{tensorName}'{(source is null ? "" : $" of '{source.Parent.Name}'")}";
        if (value is not { } number)
            throw new RecipeException($"{recipe.SourceName}: the method '{method.Name}' needs the parameter '{parameter.Name}', and nothing gives it for {where}"
                + "; add it, or an entry without filter");
        if (!parameter.Accepts(number))
            throw new RecipeException($"{recipe.SourceName}: '{parameter.Name}' is {RecipeWriter.Number(number)} for {where}, "
                + $"but must lie in [{RecipeWriter.Number(parameter.Minimum)}, {RecipeWriter.Number(parameter.Maximum)}]");
        return number;
    }
}
