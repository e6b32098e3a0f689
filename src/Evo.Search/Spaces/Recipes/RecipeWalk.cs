using System.Collections.Immutable;
using System.Globalization;
using Evo.Search.Spaces.Reading;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Recipes;

/// <summary>
/// Walks mergekit's grammar and collects the input models and the ranges. What is not as the grammar wants it is passed over here: the recipe
/// reader refuses it, with its place. A range where none can stand is refused here.
/// </summary>
internal sealed class RecipeWalk(SpaceDocument document, YamlMappingNode recipe, IReadOnlyDictionary<string, string> labels)
{
    private const string Whereabouts =
        "no range can stand here; it can in merge_method, dtype, a source's model, layer_range, and the values of parameters";

    private const int MostSources = 2_000;
    private const int MostRanges = 10_000;

    private readonly HashSet<YamlMappingNode> _towers = new(ReferenceEqualityComparer.Instance);

    private int _stacks;

    public List<RecipeSource> Sources { get; } = [];

    public List<RecipeSlot> Slots { get; } = [];

    public void Run()
    {
        // The models first: a range in the recipe's own parameters, which may stand before them, reaches all of them.
        Stack(YamlNodes.Find(recipe, "models"), [recipe]);
        foreach (var slice in YamlNodes.Entries(YamlNodes.Find(recipe, "slices")).OfType<YamlMappingNode>())
            Stack(YamlNodes.Find(slice, "sources"), [slice, recipe]);
        foreach (var (name, module) in Modules())
        {
            Stack(YamlNodes.Find(module, "models"), [module, recipe], name);
            foreach (var slice in YamlNodes.Entries(YamlNodes.Find(module, "slices")).OfType<YamlMappingNode>())
                Stack(YamlNodes.Find(slice, "sources"), [slice, module, recipe], name);
        }

        Document();
    }

    private IEnumerable<(string Name, YamlMappingNode Module)> Modules() =>
        (YamlNodes.Find(recipe, "modules") as YamlMappingNode)?.Children.Where(pair => pair.Value is YamlMappingNode)
            .Select(pair => (Scalars.Show(pair.Key), (YamlMappingNode)pair.Value)) ?? [];

    /// <param name="module">The module that the list belongs to; null outside of modules.</param>
    private void Stack(YamlNode? list, ImmutableArray<YamlMappingNode> levels, string? module = null)
    {
        // Depth and components are the language model's: ranges of other modules are whole values.
        if (module is not (null or "text_decoder" or "default" or "decoder"))
            foreach (var level in levels.SkipLast(1).Concat(YamlNodes.Entries(list).OfType<YamlMappingNode>()))
                _towers.Add(level);
        var number = _stacks++;
        var position = 0;
        foreach (var source in YamlNodes.Entries(list).OfType<YamlMappingNode>())
        {
            position++;
            if (Sources.Count == MostSources)
                throw document.Refuse(source, $"more than {MostSources} input models");
            var named = Scalars.TryText(YamlNodes.Find(source, "model"), out var model);
            var bounds = YamlNodes.Entries(YamlNodes.Find(source, "layer_range")).ToArray();
            (int, int)? layers = bounds is [var first, var last] && Scalars.TryNumber(first, out var start) && Scalars.TryNumber(last, out var end)
                && start is >= 0 and < 1e6 && end is >= 0 and < 1e6 ? ((int)start, (int)end) : null;
            Sources.Add(new RecipeSource(
                source,
                named ? model : null,
                named ? labels[model!] : string.Create(CultureInfo.InvariantCulture, $"model{position}"),
                number,
                layers,
                bounds.Any(RangeReader.IsRange),
                levels.Insert(0, source)));
        }
    }

    private void Document()
    {
        foreach (var (key, value) in recipe.Children)
        {
            switch ((key as YamlScalarNode)?.Value)
            {
                case "merge_method":
                    Single(value, RangePlace.Choice, SlotKind.Method, "merge_method", "", recipe);
                    break;
                case "dtype" or "out_dtype":
                    Single(value, RangePlace.Choice, SlotKind.Word, ((YamlScalarNode)key).Value!, "", recipe);
                    break;
                case "parameters":
                    Parameters(value, "", recipe);
                    break;
                case "models":
                    SourceList(value, "");
                    break;
                case "slices":
                    var number = 0;
                    foreach (var slice in YamlNodes.Entries(value))
                        Slice(slice, string.Create(CultureInfo.InvariantCulture, $"slice{++number}."));
                    break;
                case "modules" when value is YamlMappingNode:
                    foreach (var (name, module) in Modules())
                        Module(module, $"{name}.");
                    break;
                default:
                    RefuseRanges(value);
                    break;
            }
        }
    }

    private void Module(YamlMappingNode module, string prefix)
    {
        foreach (var (key, value) in module.Children)
        {
            switch ((key as YamlScalarNode)?.Value)
            {
                case "models":
                    SourceList(value, prefix);
                    break;
                case "parameters":
                    Parameters(value, prefix, module);
                    break;
                case "slices":
                    var number = 0;
                    foreach (var slice in YamlNodes.Entries(value))
                        Slice(slice, string.Create(CultureInfo.InvariantCulture, $"{prefix}slice{++number}."));
                    break;
                default:
                    RefuseRanges(value);
                    break;
            }
        }
    }

    private void Slice(YamlNode node, string prefix)
    {
        if (node is not YamlMappingNode slice)
        {
            RefuseRanges(node);
            return;
        }

        foreach (var (key, value) in slice.Children)
        {
            switch ((key as YamlScalarNode)?.Value)
            {
                case "sources":
                    SourceList(value, prefix);
                    break;
                case "parameters":
                    Parameters(value, prefix, slice);
                    break;
                default:
                    RefuseRanges(value);
                    break;
            }
        }
    }

    private void SourceList(YamlNode list, string prefix)
    {
        if (list is not YamlSequenceNode)
            RefuseRanges(list);
        foreach (var entry in YamlNodes.Entries(list))
        {
            if (Sources.Find(source => ReferenceEquals(source.Node, entry)) is not { } source)
            {
                RefuseRanges(entry);
                continue;
            }

            foreach (var (key, value) in source.Node.Children)
            {
                switch ((key as YamlScalarNode)?.Value)
                {
                    case "model":
                        Single(value, RangePlace.Choice, SlotKind.Word, source.Label, prefix, source.Node);
                        break;
                    case "layer_range":
                        LayerRange(value, $"{prefix}{source.Label}.", source.Node);
                        break;
                    case "parameters":
                        Parameters(value, $"{prefix}{source.Label}.", source.Node);
                        break;
                    default:
                        RefuseRanges(value);
                        break;
                }
            }
        }
    }

    private void LayerRange(YamlNode node, string prefix, YamlMappingNode owner)
    {
        const RangePlace Whole = RangePlace.Number | RangePlace.Choice | RangePlace.WholeOnly;
        if (node is YamlSequenceNode { Children: [var start, var end] })
        {
            Single(start, Whole, SlotKind.LayerBound, "layer_range.start", prefix, owner);
            Single(end, Whole, SlotKind.LayerBound, "layer_range.end", prefix, owner);
        }
        else
        {
            RefuseRanges(node);
        }
    }

    private void Parameters(YamlNode node, string prefix, YamlMappingNode owner)
    {
        if (node is not YamlMappingNode parameters)
        {
            RefuseRanges(node);
            return;
        }

        foreach (var (key, value) in parameters.Children)
            Parameter(value, Scalars.Show(key), prefix, owner);
    }

    private void Parameter(YamlNode value, string name, string prefix, YamlMappingNode owner)
    {
        const RangePlace Any = RangePlace.Number | RangePlace.Choice;
        if (RangeReader.IsRange(value))
            Single(value, Any | RangePlace.Depth | RangePlace.Tensors | RangePlace.Models, SlotKind.Parameter, name, prefix, owner);
        else if (value is YamlMappingNode filter)
            Filter(filter, name, prefix, owner);

        var point = 0;
        foreach (var entry in YamlNodes.Entries(value))
        {
            point++;
            if (!RangeReader.IsRange(entry) && entry is YamlMappingNode listed)
                Filter(listed, name, prefix, owner);
            else
                Single(entry, Any, SlotKind.ParameterPart, name, prefix, owner, string.Create(CultureInfo.InvariantCulture, $"point{point}"));
        }
    }

    private void Filter(YamlMappingNode entry, string name, string prefix, YamlMappingNode owner)
    {
        var filter = Scalars.TryText(YamlNodes.Find(entry, "filter"), out var text) && text != "*" ? text : "rest";
        foreach (var (key, value) in entry.Children)
        {
            if (key is not YamlScalarNode { Value: "value" })
            {
                RefuseRanges(value);
                continue;
            }

            if (value is YamlSequenceNode points)
            {
                for (var i = 0; i < points.Children.Count; i++)
                    Single(points.Children[i], RangePlace.Number | RangePlace.Choice, SlotKind.ParameterPart, name, prefix, owner,
                        string.Create(CultureInfo.InvariantCulture, $"{filter},point{i + 1}"));
            }
            else
            {
                Single(value, RangePlace.Number | RangePlace.Choice | RangePlace.Depth, SlotKind.ParameterPart, name, prefix, owner, filter);
            }
        }
    }

    private void Single(
        YamlNode node, RangePlace place, SlotKind kind, string name, string prefix, YamlMappingNode owner, string suffix = "")
    {
        if (!RangeReader.IsRange(node))
        {
            RefuseRanges(node);
            return;
        }

        if (_towers.Contains(owner))
            place &= ~(RangePlace.Depth | RangePlace.Tensors);
        if (Slots.Count == MostRanges)
            throw document.Refuse(node, $"more than {MostRanges} ranges");
        var range = RangeReader.Read(document, (YamlMappingNode)node, place);
        if (range is { IsChoice: true, Depth: not null } && range.Choices.Any(choice => !Scalars.TryNumber(choice, out _)))
            throw document.Refuse(node, "choices over the depth must be numbers: mergekit's gradients hold nothing else");
        if (kind == SlotKind.LayerBound && range.Choices.Any(choice => !Scalars.TryNumber(choice, out var layer) || layer != Math.Floor(layer)))
            throw document.Refuse(node, "layers are whole numbers");
        if (kind is SlotKind.Parameter or SlotKind.ParameterPart
            && range.Choices.Any(choice => !Scalars.TryNumber(choice, out _) && !Scalars.TryFlag(choice, out _)))
            throw document.Refuse(node, "a parameter is a number, true or false");
        if (kind == SlotKind.LayerBound) // without init the search starts from the most layers
            range = range with { Initial = range.Initial ?? (name.EndsWith("start", StringComparison.Ordinal) ? range.Lower : range.Upper) };
        var reached = Sources.Where(source => source.Levels.Any(level => ReferenceEquals(level, owner)));
        Slots.Add(new RecipeSlot((YamlMappingNode)node, range, kind, name, prefix, suffix, owner, [.. reached]));
    }

    private void RefuseRanges(YamlNode node)
    {
        if (node.AllNodes.FirstOrDefault(RangeReader.IsRange) is { } range)
            throw document.Refuse(range, Whereabouts);
    }
}
