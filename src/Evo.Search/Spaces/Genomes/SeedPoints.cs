using System.Collections.Immutable;

namespace Evo.Search.Spaces.Genomes;

/// <summary>
/// Points that a search should not have to find (methods-search.md, E2): where the space says to start, each parent alone, and the uniform merge.
/// Genes that such a point says nothing of stay where the space says to start, or in the middle.
/// </summary>
internal static class SeedPoints
{
    /// <summary>Genomes in the space's own units; they may repeat.</summary>
    public static IEnumerable<ImmutableArray<double>> Of(ImmutableArray<Gene> genes, ImmutableArray<GeneRole> roles)
    {
        var start = genes.Select(Start).ToImmutableArray();
        yield return start;

        var models = roles.Where(role => role is { Parameter: "weight", Model: not null })
            .Select(role => role.Model!).Distinct(StringComparer.Ordinal).ToArray();
        foreach (var model in models)
            yield return Point((role, gene) => role.Parameter switch
            {
                "weight" when role.Model == model => Nearest(gene, 1),
                "weight" when role.Model is not null => Nearest(gene, 0),
                // The parent itself, not a thinned or scaled one.
                "density" or "lambda" when role.Model is null || role.Model == model => Nearest(gene, 1),
                _ => null,
            });

        if (models.Length > 1)
            yield return Point((role, gene) => role.Parameter == "weight" ? Nearest(gene, 1.0 / models.Length) : null);

        // slerp's parents are the ends of t.
        if (roles.Any(role => role.Parameter == "t"))
        {
            foreach (var end in (double[])[0, 1])
                yield return Point((role, gene) => role.Parameter == "t" ? Nearest(gene, end) : null);
        }

        ImmutableArray<double> Point(Func<GeneRole, Gene, double?> value) =>
            [.. genes.Select((gene, i) => gene.IsCategorical ? start[i] : value(roles[i], gene) ?? start[i])];
    }

    private static double Start(Gene gene) => gene.Initial ?? GeneScale.FromUnit(gene, 0.5);

    private static double Nearest(Gene gene, double value) => Math.Clamp(gene.Integer ? Math.Round(value) : value, gene.Lower, gene.Upper);
}
