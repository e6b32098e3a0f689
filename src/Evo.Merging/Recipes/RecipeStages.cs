using System.Collections.Immutable;

namespace Evo.Merging.Recipes;

/// <summary>
/// Puts the recipes of one file in order: each may name the others as models. The result is the one without a name, or, where all have names, the one
/// that no other is built on.
/// </summary>
internal static class RecipeStages
{
    /// <exception cref="RecipeException">Names that are given twice, cycles, no result or several, merges that nothing is built on.</exception>
    public static MergeRecipe Assemble(ImmutableArray<MergeRecipe> recipes)
    {
        if (recipes.Length == 1)
            return recipes[0].Name is { } own && Used(recipes[0]).Contains(own) ? throw Cycle(recipes[0]) : recipes[0];
        var named = new Dictionary<string, MergeRecipe>(StringComparer.Ordinal);
        foreach (var recipe in recipes)
            if (recipe.Name is { } name && !named.TryAdd(name, recipe))
                throw recipe.Refuse(recipe.Place, $"a second merge is called '{name}'");
        var result = Result(recipes);
        var order = new List<MergeRecipe>();
        Visit(result, named, order, new HashSet<MergeRecipe>(ReferenceEqualityComparer.Instance));
        if (recipes.FirstOrDefault(recipe => !order.Contains(recipe, ReferenceEqualityComparer.Instance)) is { } unused)
            throw unused.Refuse(unused.Place, $"nothing is built on the merge '{unused.Name}'; remove it, or write it to a file of its own");
        return result with { Stages = [.. order.SkipLast(1)] };
    }

    /// <summary>The names of models and stages that a recipe is built on, without adapters.</summary>
    public static IEnumerable<string> Used(MergeRecipe recipe) =>
        recipe.ReferencedModels.Append(recipe.OutputTokenizer?.Model).OfType<string>().Select(name => ModelReference.Parse(name).Path);

    private static MergeRecipe Result(ImmutableArray<MergeRecipe> recipes)
    {
        var unnamed = recipes.Where(recipe => recipe.Name is null).ToArray();
        if (unnamed.Length > 1)
            throw unnamed[1].Refuse(unnamed[1].Place, "a second merge has no 'name'; only the result may go without");
        if (unnamed.Length == 1)
            return unnamed[0];
        var used = recipes.SelectMany(recipe => Used(recipe).Where(name => name != recipe.Name)).ToHashSet(StringComparer.Ordinal);
        var last = recipes.Where(recipe => !used.Contains(recipe.Name!)).ToArray();
        return last.Length switch
        {
            1 => last[0],
            0 => throw Cycle(recipes[0]),
            _ => throw last[1].Refuse(last[1].Place, $"nothing is built on '{last[0].Name}' nor on '{last[1].Name}', so the result could be either; "
                + "remove one, or the 'name' of the result"),
        };
    }

    private static void Visit(MergeRecipe recipe, Dictionary<string, MergeRecipe> named, List<MergeRecipe> order, HashSet<MergeRecipe> open)
    {
        if (order.Contains(recipe, ReferenceEqualityComparer.Instance))
            return;
        if (!open.Add(recipe))
            throw Cycle(recipe);
        foreach (var name in Used(recipe))
            if (named.TryGetValue(name, out var stage))
                Visit(stage, named, order, open);
        order.Add(recipe);
    }

    private static RecipeException Cycle(MergeRecipe recipe) => recipe.Refuse(recipe.Place, $"the merge '{recipe.Name}' is built on itself");
}
