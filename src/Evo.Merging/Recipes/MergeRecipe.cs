using System.Collections.Immutable;

namespace Evo.Merging.Recipes;

/// <summary>
/// A mergekit document, parsed: which models are merged, by which method, with which parameters. Exactly one of <see cref="Models"/> and
/// <see cref="Slices"/> is filled. Nothing in it has been looked up on disk yet.
/// </summary>
public sealed record MergeRecipe
{
    public required string MergeMethod { get; init; }

    /// <summary>The model that task vectors are taken from, and whose config and tokenizer the result inherits.</summary>
    public string? BaseModel { get; init; }

    public ImmutableArray<RecipeModel> Models { get; init; } = [];

    public ImmutableArray<RecipeSlice> Slices { get; init; } = [];

    public RecipeParameters Parameters { get; init; } = RecipeParameters.None;

    /// <summary><c>float32</c>, <c>float16</c> or <c>bfloat16</c>; null keeps the stored types.</summary>
    public string? Dtype { get; init; }

    /// <summary>Type of the written model when it differs from <see cref="Dtype"/>.</summary>
    public string? OutDtype { get; init; }

    /// <summary>Null or <c>base</c>.</summary>
    public string? TokenizerSource { get; init; }

    /// <summary>A Jinja template that replaces the tokenizer's own, or null.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>What messages call this recipe; a file name as a rule. No part of the recipe's identity.</summary>
    public string SourceName { get; init; } = "recipe";

    /// <summary>Every model that the recipe names, once, the base first and the others in order of appearance.</summary>
    public ImmutableArray<string> ReferencedModels
    {
        get
        {
            var names = new List<string?> { BaseModel };
            names.AddRange(Models.Select(model => model.Model));
            foreach (var slice in Slices)
                names.AddRange([slice.BaseModel, .. slice.Sources.Select(source => source.Model)]);
            return [.. names.OfType<string>().Distinct(StringComparer.Ordinal)];
        }
    }
}
