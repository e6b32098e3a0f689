using System.Collections.Immutable;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;
using Evo.Optimization;
using Evo.Search.Spaces.Genomes;
using Evo.Search.Spaces.Reading;
using Evo.Search.Spaces.Recipes;

namespace Evo.Search.Spaces;

/// <summary>
/// Translates between what an optimizer sees (points of [0, 1]ⁿ), genomes in the space's own units, and concrete recipes. Immutable; safe from
/// many threads.
/// </summary>
public sealed class GenomeCodec
{
    private readonly SearchSpace _space;
    private readonly RecipeEmitter _emitter;
    private readonly Dictionary<RecipeSlot, SlotGenes> _slots;
    private readonly ImmutableArray<GeneRole> _roles;

    /// <summary>Lays out the genes for these models.</summary>
    /// <param name="parents">The space's <see cref="SearchSpace.Models"/>, opened.</param>
    /// <exception cref="SearchSpaceException">
    /// A range does not fit the models (groups, blocks or layers that they do not have), or there are too many genes.
    /// </exception>
    /// <exception cref="Evo.Merging.RecipeException">The models cannot be merged with each other, or not by every method that may be chosen.</exception>
    public GenomeCodec(SearchSpace space, ParentModels parents)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(parents);
        var template = RecipeTemplate.Read(new SpaceDocument(space.Path, space.Recipe), space.Recipe);
        var shapes = new Dictionary<string, ModelShape>(StringComparer.Ordinal);
        var expansion = new GeneExpansion(
            space, template, name => shapes.TryGetValue(name, out var shape) ? shape : shapes[name] = ModelShape.Of(parents[name]));
        expansion.Run();
        _space = space;
        _emitter = new RecipeEmitter(template);
        _slots = new(expansion.Slots.Select(genes => KeyValuePair.Create(genes.Slot, genes)), ReferenceEqualityComparer.Instance);
        _roles = expansion.Roles;
        Layout = new GenomeLayout(expansion.Genes);

        RequireMergeable(parents);
    }

    public GenomeLayout Layout { get; }

    /// <summary>The genes as an optimizer sees them: [0, 1] each, with the space's start where it gives one.</summary>
    public ImmutableArray<Variable> Variables =>
        [.. Layout.Genes.Select(gene => new Variable(0, 1, gene.Initial is { } initial ? GeneScale.ToUnit(gene, initial) : null))];

    /// <summary>
    /// A point of [0, 1]ⁿ (values outside are clamped) as a genome: real genes on a decimal grid no coarser than 1e-4 of their range, integers and choices
    /// by bins of equal width.
    /// </summary>
    /// <exception cref="ArgumentException">Wrong length, or NaN.</exception>
    public ImmutableArray<double> FromUnit(ReadOnlySpan<double> unitPoint) => Map(unitPoint, GeneScale.FromUnit);

    /// <summary>Inverse of <see cref="FromUnit"/> up to its grid; integers and choices give the middle of their bin.</summary>
    /// <exception cref="ArgumentException">Wrong length, or NaN.</exception>
    public ImmutableArray<double> ToUnit(ReadOnlySpan<double> genome) => Map(genome, GeneScale.ToUnit);

    /// <summary>
    /// The concrete recipe of a genome, in mergekit's own grammar: tensor groups become filters, depth becomes gradients, and no range is left. Pure.
    /// </summary>
    /// <param name="genome">In the space's own units, inside the genes' ranges.</param>
    /// <exception cref="ArgumentException">Wrong length, NaN, or outside of a gene's range.</exception>
    /// <exception cref="Evo.Merging.RecipeException">
    /// The genome itself makes no recipe (a layer range turned inside out): an invalid candidate, not a mistake of the space.
    /// </exception>
    public MergeRecipe Decode(ReadOnlySpan<double> genome)
    {
        RequireLength(genome);
        for (var i = 0; i < genome.Length; i++)
        {
            var gene = Layout.Genes[i];
            if (!(genome[i] >= gene.Lower && genome[i] <= gene.Upper))
                throw new ArgumentException($"the gene '{gene.Name}' is {genome[i]}, outside of [{gene.Lower}, {gene.Upper}]", nameof(genome));
        }

        var values = new Dictionary<RecipeSlot, SlotValue>(ReferenceEqualityComparer.Instance);
        foreach (var (slot, genes) in _slots)
            values[slot] = SlotDecoder.Decode(genes, genome);
        return RecipeReader.Read(_emitter.Emit(slot => values[slot]), _space.Path);
    }

    /// <summary>
    /// Distinct points of [0, 1]ⁿ to put into the first generation: the space's start; each parent alone (its weights 1, the others' 0, densities and
    /// lambda 1, as near as the ranges allow); slerp's two ends; all weights 1/K.
    /// </summary>
    public ImmutableArray<ImmutableArray<double>> Seeds()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var seeds = ImmutableArray.CreateBuilder<ImmutableArray<double>>();
        foreach (var genome in SeedPoints.Of(Layout.Genes, _roles))
        {
            var unit = ToUnit(genome.AsSpan());
            if (seen.Add(string.Join(' ', FromUnit(unit.AsSpan()))))
                seeds.Add(unit);
        }

        return seeds.ToImmutable();
    }

    /// <summary>The plain average of all models but the base, in the space's dtype.</summary>
    public MergeRecipe Uniform() => Baselines.Average(
        _space, [.. _space.Models.Where(model => model != _space.BaseModel)], Decode(SeedPoints.Of(Layout.Genes, _roles).First().AsSpan()));

    /// <summary>One model as it is, the base or another, in the space's dtype.</summary>
    public MergeRecipe Single(string model) => Baselines.Average(_space, [model]);

    /// <summary>Plans the start of the search, by every method that may be chosen.</summary>
    private void RequireMergeable(ParentModels parents)
    {
        var start = SeedPoints.Of(Layout.Genes, _roles).First();
        if (_slots.Values.FirstOrDefault(genes => genes.Slot.Kind == SlotKind.Method) is not { } method)
        {
            MergePlan.Create(Decode(start.AsSpan()), parents);
            return;
        }

        for (var choice = 0; choice < method.Slot.Range.Choices.Length; choice++)
            MergePlan.Create(Decode(start.SetItem(method.ByModel[0].Blocks[0].First, choice).AsSpan()), parents);
    }

    private ImmutableArray<double> Map(ReadOnlySpan<double> from, Func<Gene, double, double> map)
    {
        RequireLength(from);
        var to = ImmutableArray.CreateBuilder<double>(from.Length);
        for (var i = 0; i < from.Length; i++)
            to.Add(map(Layout.Genes[i], from[i]));
        return to.MoveToImmutable();
    }

    private void RequireLength(ReadOnlySpan<double> point)
    {
        if (point.Length != Layout.Count)
            throw new ArgumentException($"a point of {point.Length} numbers for {Layout.Count} genes", nameof(point));
    }
}
