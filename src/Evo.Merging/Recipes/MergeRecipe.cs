using System.Collections.Immutable;

namespace Evo.Merging.Recipes;

/// <summary>
/// A mergekit document, parsed: which models are merged, by which method, with which parameters. Exactly one of <see cref="Models"/>,
/// <see cref="Slices"/> and <see cref="Modules"/> is filled. Nothing in it has been looked up on disk yet.
/// </summary>
public sealed record MergeRecipe
{
    /// <summary>What other recipes of the file call this merge's result; null for one that has no name.</summary>
    public string? Name { get; init; }

    public required string MergeMethod { get; init; }

    /// <summary>The model that task vectors are taken from, and whose config and tokenizer the result inherits.</summary>
    public string? BaseModel { get; init; }

    public ImmutableArray<RecipeModel> Models { get; init; } = [];

    public ImmutableArray<RecipeSlice> Slices { get; init; } = [];

    /// <summary>The parts of a multimodal model; those that are not listed are the base's own.</summary>
    public ImmutableArray<RecipeModule> Modules { get; init; } = [];

    public RecipeParameters Parameters { get; init; } = RecipeParameters.None;

    /// <summary><c>float32</c>, <c>float16</c> or <c>bfloat16</c>; null keeps the stored types.</summary>
    public string? Dtype { get; init; }

    /// <summary>Type of the written model when it differs from <see cref="Dtype"/>.</summary>
    public string? OutDtype { get; init; }

    /// <summary><c>base</c>, <c>union</c> or a model: the short form of <see cref="Tokenizer"/>, of which at most one is given.</summary>
    public string? TokenizerSource { get; init; }

    public TokenizerRecipe? Tokenizer { get; init; }

    /// <summary>A Jinja template that replaces the tokenizer's own, the name of a known one, or <c>auto</c>; null keeps the tokenizer's.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>On which text statistics of the models are taken; null when the recipe does not say.</summary>
    public CalibrationRecipe? Calibration { get; init; }

    /// <summary>
    /// The merges that this one is built on, when a file holds several: each names only models and stages before it, all are needed. Empty for a single
    /// recipe, and for the stages themselves.
    /// </summary>
    public ImmutableArray<MergeRecipe> Stages { get; init; } = [];

    /// <summary>What messages call this recipe; a file name as a rule. No part of the recipe's identity.</summary>
    public string SourceName { get; init; } = "recipe";

    /// <summary>Where the recipe itself stands in its file.</summary>
    public RecipePlace Place { get; init; }

    /// <summary>The tokenizer section, whichever way it is spelled; null when the result keeps the base's tokenizer files.</summary>
    public TokenizerRecipe? OutputTokenizer =>
        Tokenizer ?? (TokenizerSource is { } source ? new TokenizerRecipe(source, [], null) { Place = Place } : null);

    /// <summary>
    /// Every model that the recipe merges, once, the base first and the others in order of appearance; stages by their names. A model that only lends its
    /// tokenizer is not among them.
    /// </summary>
    public ImmutableArray<string> ReferencedModels
    {
        get
        {
            var names = new List<string?> { BaseModel };
            names.AddRange(Models.Select(model => model.Model));
            names.AddRange(OfSlices(Slices));
            foreach (var module in Modules)
                names.AddRange([.. module.Models.Select(model => model.Model), .. OfSlices(module.Slices)]);
            return [.. names.OfType<string>().Distinct(StringComparer.Ordinal)];
        }
    }

    internal RecipeException Refuse(RecipePlace place, string problem) => (place.Line > 0 ? place : Place).Refuse(SourceName, problem);

    private static IEnumerable<string?> OfSlices(ImmutableArray<RecipeSlice> slices) =>
        slices.SelectMany(slice => slice.Sources.Select(source => (string?)source.Model).Prepend(slice.BaseModel));
}
