using System.Collections.Immutable;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Recipes;

/// <summary>What a <c>{search: ...}</c> or <c>{choose: ...}</c> says, checked.</summary>
/// <param name="Choices">The values of a <c>choose</c> as they stand in the file; empty for a <c>search</c>.</param>
/// <param name="Initial">In the range's own units, or a choice's index; null when it is not given.</param>
/// <param name="Model">One gene for each model (<c>per: model</c>).</param>
/// <param name="Tensors">The tensor groups of <c>per</c>; null for one value for all tensors.</param>
/// <param name="Depth">The depth axis of <c>per</c>; null for one value for all layers.</param>
internal sealed record GeneRange(
    double Lower,
    double Upper,
    double? Initial,
    bool Log,
    bool Integer,
    ImmutableArray<YamlScalarNode> Choices,
    bool Model,
    PerAxis? Tensors,
    PerAxis? Depth)
{
    public bool IsChoice => !Choices.IsEmpty;

    public ImmutableArray<string> ChoiceNames => [.. Choices.Select(choice => choice.Value ?? "")];

    /// <summary>The axes in the order of a gene's name.</summary>
    public IEnumerable<string> Per =>
        (Model ? ["model"] : Enumerable.Empty<string>()).Concat(new[] { Tensors, Depth }.OfType<PerAxis>().Select(axis => axis.ToString()));
}
