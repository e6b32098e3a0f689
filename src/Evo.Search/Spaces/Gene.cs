using System.Collections.Immutable;

namespace Evo.Search.Spaces;

/// <summary>One number of a genome, in the search space's own units.</summary>
/// <param name="Name">Readable and stable: <c>arithmetic.weight[attention,block1]</c>, <c>lambda</c>, <c>merge_method</c>.</param>
/// <param name="Lower">Least value; 0 for a categorical gene.</param>
/// <param name="Upper">Greatest value, above <paramref name="Lower"/>; the last choice's index for a categorical gene.</param>
/// <param name="Initial">Where the space says the search should start; null when it does not say.</param>
/// <param name="Log">The optimizer sees the logarithm.</param>
/// <param name="Integer">Whole numbers only.</param>
/// <param name="Choices">Empty unless the gene is categorical; its value is then an index into this.</param>
public sealed record Gene(
    string Name, double Lower, double Upper, double? Initial, bool Log, bool Integer, ImmutableArray<string> Choices)
{
    public bool IsCategorical => !Choices.IsEmpty;
}
