using System.Collections.Immutable;
using Evo.Search.Spaces.Recipes;

namespace Evo.Search.Spaces.Genomes;

/// <summary>Multiplies a recipe's ranges into genes: models × tensor groups × depth, in this order within each range.</summary>
/// <param name="space">Only its path is used, for messages.</param>
/// <param name="shapeOf">Shape of a model by its name in the recipe.</param>
internal sealed class GeneExpansion(SearchSpace space, RecipeTemplate template, Func<string, ModelShape> shapeOf)
{
    private const int MostGenes = 10_000;

    private readonly ImmutableArray<Gene>.Builder _genes = ImmutableArray.CreateBuilder<Gene>();
    private readonly ImmutableArray<GeneRole>.Builder _roles = ImmutableArray.CreateBuilder<GeneRole>();
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorGroups> _groups = new(StringComparer.Ordinal);

    public ImmutableArray<Gene> Genes => _genes.ToImmutable();

    public ImmutableArray<GeneRole> Roles => _roles.ToImmutable();

    public ImmutableArray<SlotGenes> Slots { get; private set; }

    public void Run() => Slots = [.. template.Slots.Select(Expand)];

    private SlotGenes Expand(RecipeSlot slot)
    {
        CheckLayerBound(slot);
        var groups = slot.Range.Tensors is { } axis ? GroupsOf(slot, axis) : null;
        var depth = slot.Range.Depth is { } depthAxis ? DepthOf(slot, depthAxis) : null;

        // A range in one model's own parameters speaks of that model with or without 'per: model'.
        var own = slot.Sources.Length == 1 && ReferenceEquals(slot.Sources[0].Node, slot.Owner) ? slot.Sources[0].Label : null;
        var models = slot.Range.Model && own is null ? ReachedModels(slot) : [own];
        if (models.Length == 0)
            throw Refuse(slot, $"'{slot.Name}' reaches no model: every model gives it itself");

        return new SlotGenes(slot, groups, [.. models.Select(model =>
            new ModelGenes(own is null ? model : null, [.. Blocks(slot, groups, depth, model, own is null)]))]);
    }

    private IEnumerable<GeneBlock> Blocks(RecipeSlot slot, TensorGroups? groups, DepthSteps? depth, string? model, bool modelIsAxis)
    {
        for (var group = 0; group < (groups?.Groups.Length ?? 1); group++)
        {
            var named = groups?.Groups[group];
            var steps = named is { HasLayers: false } ? null : depth;
            yield return new GeneBlock(group, _genes.Count, steps);
            for (var step = 0; step < (steps?.Count ?? 1); step++)
            {
                string?[] parts = [NullIfEmpty(slot.Suffix), named?.Name, steps?.Name(step)];
                var label = modelIsAxis && model is not null ? $"{slot.Prefix}{model}." : slot.Prefix;
                Add(slot, label + slot.Name, string.Join(',', parts.OfType<string>()), model);
            }
        }
    }

    private void Add(RecipeSlot slot, string name, string suffix, string? model)
    {
        if (_genes.Count == MostGenes)
            throw Refuse(slot, $"the space has more than {MostGenes} genes; divide by block(n) or component rather than by layer and part");

        var full = suffix.Length == 0 ? name : $"{name}[{suffix}]";
        var unique = full;
        for (var n = 2; !_names.Add(unique); n++)
            unique = $"{full}#{n}";
        var range = slot.Range;
        _genes.Add(new Gene(unique, range.Lower, range.Upper, range.Initial, range.Log, range.Integer, range.ChoiceNames));
        _roles.Add(new GeneRole(slot, slot.Name, model));
    }

    /// <summary>Labels of the models that a value for each model goes to.</summary>
    private string?[] ReachedModels(RecipeSlot slot) =>
        [.. slot.Sources.Where(source => template.TakesPerModelValue(source, slot)).Select(source => source.Label).Distinct(StringComparer.Ordinal)];

    private TensorGroups GroupsOf(RecipeSlot slot, PerAxis axis)
    {
        if (_groups.TryGetValue(axis.ToString(), out var known))
            return known;
        try
        {
            return _groups[axis.ToString()] = TensorGroups.Of(axis, shapeOf(template.Models[0]).Tensors);
        }
        catch (FormatException error)
        {
            throw Refuse(slot, $"per: {axis}: {error.Message}", error);
        }
    }

    private DepthSteps DepthOf(RecipeSlot slot, PerAxis axis)
    {
        if (axis.Kind == PerKind.Knots)
            return new DepthSteps(axis.Kind, axis.Count, 0, 0);
        if (slot.Sources.FirstOrDefault(source => source.HasSearchedLayers) is not null)
            throw Refuse(slot, $"per: {axis}: the number of layers is itself searched; use knots(n)");
        if (slot.Sources.Select(source => source.Stack).Distinct().Count() != 1)
            throw Refuse(slot, $"per: {axis}: the recipe has several slices, each with its own depth; put the range into each slice, or use knots(n)");

        var spans = slot.Sources.Select(source => source.Layers ?? (0, shapeOf(source.Model ?? template.Models[0]).Layers)).Distinct().ToArray();
        var layers = spans[0].Item2 - spans[0].Item1;
        if (layers < 1 || spans.Any(span => span.Item2 - span.Item1 != layers))
            throw Refuse(slot, $"per: {axis}: the models do not have equally many layers here");
        var count = axis.Kind == PerKind.Layer ? layers : axis.Count;
        return count <= layers
            ? new DepthSteps(axis.Kind, count, layers, spans.Length == 1 ? spans[0].Item1 : 0)
            : throw Refuse(slot, $"per: {axis}: there are only {layers} layers");
    }

    private void CheckLayerBound(RecipeSlot slot)
    {
        if (slot.Kind != SlotKind.LayerBound || slot.Sources[0].Model is not { } model || slot.Range.IsChoice)
            return;
        var layers = shapeOf(model).Layers;
        if (slot.Range.Lower < 0 || slot.Range.Upper > layers)
            throw Refuse(slot, $"'{model}' has {layers} layers; the range must lie within [0, {layers}]");
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private SearchSpaceException Refuse(RecipeSlot slot, string problem, Exception? inner = null) =>
        new(space.Path, slot.Node.Start.Line, slot.Node.Start.Column, problem, inner);
}
