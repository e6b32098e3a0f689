using System.Collections.Immutable;
using Evo.Merging.Recipes;
using Evo.Search.Spaces.Reading;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces;

/// <summary>Recipes that every search is compared with.</summary>
internal static class Baselines
{
    /// <summary>linear, equal weights, the dtypes of the space's recipe (of its start, where a dtype is a choice).</summary>
    public static MergeRecipe Average(SearchSpace space, ImmutableArray<string> models) => new()
    {
        MergeMethod = "linear",
        Models = [.. models.Select(model => new RecipeModel(model, new RecipeParameters([new("weight", new ScalarSetting(1))])))],
        Dtype = Word(space.Recipe, "dtype"),
        OutDtype = Word(space.Recipe, "out_dtype"),
        SourceName = space.Path,
    };

    private static string? Word(YamlMappingNode recipe, string key)
    {
        var node = YamlNodes.Find(recipe, key);
        if (YamlNodes.Find(node, "choose") is YamlSequenceNode choices)
            node = YamlNodes.Find(node, "init") ?? choices.Children[0];
        return Scalars.TryText(node, out var text) ? text : null;
    }
}
