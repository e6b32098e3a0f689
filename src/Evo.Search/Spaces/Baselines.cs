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

    /// <summary>The same, with the vocabulary of the space's recipe: models whose tokens differ cannot be averaged without.</summary>
    /// <param name="start">A recipe of the space.</param>
    public static MergeRecipe Average(SearchSpace space, ImmutableArray<string> models, MergeRecipe start)
    {
        if (start.OutputTokenizer is not { } tokenizer || RowLenders(tokenizer).Except(models.Append(space.BaseModel)).Any())
            return Average(space, models);
        // The base, which is not one of the models, has no weight and so no part in the average.
        return Average(space, models) with { BaseModel = space.BaseModel, TokenizerSource = start.TokenizerSource, Tokenizer = start.Tokenizer };
    }

    private static IEnumerable<string?> RowLenders(TokenizerRecipe tokenizer) =>
        tokenizer.Tokens.Select(rule => rule.Origin switch { TokenOrigin.OfModel own => own.Model, TokenOrigin.OfToken other => other.Model, _ => null }).Where(name => name is not null);

    private static string? Word(YamlMappingNode recipe, string key)
    {
        var node = YamlNodes.Find(recipe, key);
        if (YamlNodes.Find(node, "choose") is YamlSequenceNode choices)
            node = YamlNodes.Find(node, "init") ?? choices.Children[0];
        return Scalars.TryText(node, out var text) ? text : null;
    }
}
