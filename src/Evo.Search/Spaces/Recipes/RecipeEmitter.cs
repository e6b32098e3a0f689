using Evo.Merging.Methods;
using Evo.Merging.Methods.Modifiers;
using Evo.Merging.Recipes;
using Evo.Search.Spaces.Reading;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Recipes;

/// <summary>
/// Puts values in the place of a recipe's ranges. Where the merge method is a choice, parameters that the chosen method does not take are left
/// out, so that genes without effect leave no trace.
/// </summary>
internal sealed class RecipeEmitter
{
    private readonly RecipeTemplate _template;
    private readonly Dictionary<YamlNode, RecipeSlot> _slots;
    private readonly Dictionary<YamlNode, RecipeSource> _sources;
    private readonly HashSet<YamlNode> _levels;
    private readonly IReadOnlySet<string> _definitions;

    public RecipeEmitter(RecipeTemplate template)
    {
        _template = template;
        _slots = template.SlotsByNode();
        _sources = new(template.Sources.Select(source => KeyValuePair.Create((YamlNode)source.Node, source)), ReferenceEqualityComparer.Instance);
        _levels = new(template.Sources.SelectMany(source => source.Levels).Append(template.Root), ReferenceEqualityComparer.Instance);
        _definitions = RecipeReader.DefinitionsIn(template.Root);
    }

    /// <summary>A recipe without ranges, in mergekit's grammar; its nodes stand where the ranges stood.</summary>
    public YamlNode Emit(Func<RecipeSlot, SlotValue> valueOf) => new Emission(this, valueOf).Run();

    private sealed class Emission(RecipeEmitter owner, Func<RecipeSlot, SlotValue> valueOf)
    {
        private readonly NodeEvents _events = new();
        private readonly IMergeMethod? _chosen =
            owner._template.MethodSlot is { } slot && valueOf(slot) is SlotValue.Single { Node: YamlScalarNode { Value: { } name } }
                ? MergeMethods.Find(name)
                : null;

        public YamlNode Run()
        {
            Node(owner._template.Root);
            return _events.Load();
        }

        private void Node(YamlNode node)
        {
            if (owner._slots.TryGetValue(node, out var slot))
            {
                _events.Tree(((SlotValue.Single)valueOf(slot)).Node, node);
                return;
            }

            switch (node)
            {
                case YamlMappingNode mapping:
                    Mapping(mapping);
                    break;
                case YamlSequenceNode list:
                    _events.BeginList(list);
                    foreach (var entry in list.Children)
                        Node(entry);
                    _events.EndList();
                    break;
                default:
                    _events.Scalar((YamlScalarNode)node, node);
                    break;
            }
        }

        private void Mapping(YamlMappingNode mapping)
        {
            _events.BeginMapping(mapping);
            var hasParameters = false;
            foreach (var (key, value) in mapping.Children)
            {
                if (ReferenceEquals(mapping, owner._template.Root) && key is YamlScalarNode { Value: { } name } && owner._definitions.Contains(name))
                    continue; // what it says is written where it is referred to
                if (key is YamlScalarNode { Value: "parameters" } && owner._levels.Contains(mapping) && (value is YamlMappingNode || Scalars.IsNull(value)))
                {
                    Parameters(mapping, key, value);
                    hasParameters = true;
                }
                else
                {
                    Node(key);
                    Node(value);
                }
            }

            if (!hasParameters && owner._sources.ContainsKey(mapping))
                Parameters(mapping, mapping, null);
            _events.EndMapping();
        }

        private void Parameters(YamlMappingNode level, YamlNode at, YamlNode? parameters)
        {
            var kept = ((parameters as YamlMappingNode)?.Children ?? Enumerable.Empty<KeyValuePair<YamlNode, YamlNode>>())
                .Where(pair => Takes(Scalars.Show(pair.Key)) && !(owner._slots.TryGetValue(pair.Value, out var slot) && valueOf(slot) is SlotValue.ByModel))
                .ToArray();
            var added = owner._sources.TryGetValue(level, out var source) ? Added(source).ToArray() : [];
            if (kept.Length + added.Length == 0)
                return;

            _events.Word("parameters", at);
            _events.BeginMapping(parameters ?? at);
            foreach (var (key, value) in kept)
            {
                Node(key);
                Node(value);
            }

            foreach (var (slot, value) in added)
            {
                _events.Word(slot.Name, slot.Node);
                _events.Tree(value, slot.Node);
            }

            _events.EndMapping();
        }

        /// <summary>Values that a range further out has for this model.</summary>
        private IEnumerable<(RecipeSlot Slot, YamlNode Value)> Added(RecipeSource source)
        {
            foreach (var slot in owner._template.Slots)
            {
                if (slot.Range.Model && slot.Sources.Any(reached => ReferenceEquals(reached, source)) && !ReferenceEquals(slot.Owner, source.Node)
                    && Takes(slot.Name)
                    && owner._template.TakesPerModelValue(source, slot, _chosen)
                    && valueOf(slot) is SlotValue.ByModel byModel)
                    yield return (slot, byModel.Nodes[source.Label]);
            }
        }

        private bool Takes(string parameter) => _chosen is null || _chosen.Parameters.Any(known => known.Name == parameter)
            || (_chosen.Needs.NeedsBase && MergeModifiers.All.Any(modifier => modifier.Parameters.Any(known => known.Name == parameter)));
    }
}
