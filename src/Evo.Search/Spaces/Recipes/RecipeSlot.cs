using System.Collections.Immutable;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Recipes;

internal enum SlotKind
{
    /// <summary>The recipe's <c>merge_method</c>.</summary>
    Method,

    /// <summary>A bound of a <c>layer_range</c>.</summary>
    LayerBound,

    /// <summary>The whole value of a parameter: may become a list of filters and gradients, and one value for each model.</summary>
    Parameter,

    /// <summary>A part of a parameter's value: a filter's value, which may become a gradient, or a point of a gradient.</summary>
    ParameterPart,

    /// <summary>A single word: a dtype, a model.</summary>
    Word,
}

/// <summary>A place of the recipe where a range stands.</summary>
/// <param name="Name">What stands there: <c>weight</c>, <c>merge_method</c>, <c>layer_range.start</c>.</param>
/// <param name="Prefix">Where that is: empty, or <c>arithmetic.</c>, <c>slice2.</c>, <c>slice2.arithmetic.</c>.</param>
/// <param name="Suffix">Which part of the value: empty, or a filter or point, as the last parts of the gene's name in brackets.</param>
/// <param name="Owner">The mapping whose <c>parameters</c> hold it; the recipe itself for what is no parameter.</param>
/// <param name="Sources">The models that the value reaches.</param>
internal sealed record RecipeSlot(
    YamlMappingNode Node,
    GeneRange Range,
    SlotKind Kind,
    string Name,
    string Prefix,
    string Suffix,
    YamlMappingNode Owner,
    ImmutableArray<RecipeSource> Sources)
{
    public bool IsParameter => Kind is SlotKind.Parameter or SlotKind.ParameterPart;
}
