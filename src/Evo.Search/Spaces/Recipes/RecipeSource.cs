using System.Collections.Immutable;
using Evo.Search.Spaces.Reading;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Recipes;

/// <summary>One input model where it stands in the recipe: an entry of <c>models</c> or of a slice's <c>sources</c>.</summary>
/// <param name="Model">As the recipe names it; null when it is itself a gene.</param>
/// <param name="Label">Short and distinct: the start of its genes' names.</param>
/// <param name="Stack">Number of the layer stack it belongs to: a <c>models</c> list, or one slice. Gradients run over one stack.</param>
/// <param name="Layers">Its fixed <c>layer_range</c>; null when it takes the whole model or when a bound is a gene.</param>
/// <param name="HasSearchedLayers">A bound of its <c>layer_range</c> is a gene.</param>
/// <param name="Levels">The mappings whose <c>parameters</c> reach it, nearest first: itself, its slice, its module, the recipe.</param>
internal sealed record RecipeSource(
    YamlMappingNode Node,
    string? Model,
    string Label,
    int Stack,
    (int Start, int End)? Layers,
    bool HasSearchedLayers,
    ImmutableArray<YamlMappingNode> Levels)
{
    /// <summary>The <c>base_model</c> that holds here: the slice's, else the recipe's.</summary>
    public string? BaseModel => Levels.Skip(1).Select(level => YamlNodes.Find(level, "base_model")).OfType<YamlScalarNode>().FirstOrDefault()?.Value;

    /// <summary>A level nearer than <paramref name="owner"/> gives <paramref name="parameter"/>, so that the owner's value does not reach this source.</summary>
    public bool Overrides(string parameter, YamlMappingNode owner) =>
        Levels.TakeWhile(level => !ReferenceEquals(level, owner))
            .Any(level => YamlNodes.Find(YamlNodes.Find(level, "parameters"), parameter) is not null);
}
