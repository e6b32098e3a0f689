using System.Collections.Immutable;

namespace Evo.Search.Spaces;

/// <summary>The genes of a search space in the order of a genome's numbers: the recipe's order, then models, tensor groups and depth.</summary>
public sealed record GenomeLayout(ImmutableArray<Gene> Genes)
{
    public int Count => Genes.Length;
}
