using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Evo.Merging.Recipes;

/// <summary>
/// YAML 1.1's merge key, which PyYAML and so mergekit read: the entries of the mapping (or list of mappings) after <c>&lt;&lt;</c> count as written in place;
/// a key's own entry wins, then the first mapping that has it.
/// </summary>
internal static class MergedMappings
{
    private const int MostMerges = 1_000;

    public static bool IsMergeKey(YamlNode key) => key is YamlScalarNode { Value: RecipeKeys.Merge, Style: ScalarStyle.Plain or ScalarStyle.Any };

    public static IReadOnlyCollection<KeyValuePair<YamlNode, YamlNode>> Of(RecipeNode node)
    {
        var entries = new OrderedDictionary<string, KeyValuePair<YamlNode, YamlNode>>(StringComparer.Ordinal);
        var merges = 0;
        Collect(node, entries, ref merges);
        return entries.Values;
    }

    private static void Collect(RecipeNode node, OrderedDictionary<string, KeyValuePair<YamlNode, YamlNode>> entries, ref int merges)
    {
        if (++merges > MostMerges)
            throw node.Refuse($"more than {MostMerges} merged mappings, or one that merges itself");
        if (node.Node is not YamlMappingNode mapping)
            throw node.Refuse("'<<' takes a mapping, or a list of mappings");
        foreach (var pair in mapping.Children)
            if (!IsMergeKey(pair.Key))
                entries.TryAdd(((YamlScalarNode)pair.Key).Value ?? "", pair);
        foreach (var (key, value) in mapping.Children)
            if (IsMergeKey(key))
                foreach (var merged in value is YamlSequenceNode list ? list.Children : [value])
                    Collect(node with { Node = merged }, entries, ref merges);
    }
}
