using YamlDotNet.RepresentationModel;

namespace Evo.Merging.Recipes;

/// <summary>
/// Keys of a document that have no meaning of their own but hold what other places refer to (<c>defaults: &amp;d {weight: 0.5}</c>, later <c>*d</c>): mergekit
/// passes over them, and what they say is carried out where it is referred to. A key that nothing refers to is no definition, and is refused as unknown;
/// so is one that mergekit's grammar knows and this one does not carry out.
/// </summary>
internal static class SharedDefinitions
{
    public static HashSet<string> Of(YamlNode document, IReadOnlyCollection<string> known)
    {
        var definitions = new HashSet<string>(StringComparer.Ordinal);
        if (document is not YamlMappingNode mapping)
            return definitions;
        var used = new HashSet<long>();
        var unknown = new List<(YamlScalarNode Key, YamlNode Value)>();
        foreach (var (key, value) in mapping.Children)
            if (key is YamlScalarNode { Value: { } name } scalar && !known.Contains(name) && !RecipeKeys.Refused.ContainsKey(name) && !MergedMappings.IsMergeKey(key))
                unknown.Add((scalar, value));
            else
                Collect(value, used);
        foreach (var (key, value) in unknown)
        {
            var own = new HashSet<long>();
            Collect(value, own);
            if (own.Any(place => place > key.Start.Index && used.Contains(place)))
                definitions.Add(key.Value!);
        }

        return definitions;
    }

    /// <summary>Where nodes stand in the text: what an alias stands for has the place of its anchor, whether it is the same node or a copy.</summary>
    private static void Collect(YamlNode node, HashSet<long> places)
    {
        if (node is YamlScalarNode { Value: null or "" } || !places.Add(node.Start.Index))
            return;
        switch (node)
        {
            case YamlMappingNode mapping:
                foreach (var value in mapping.Children.Values)
                    Collect(value, places);
                break;
            case YamlSequenceNode sequence:
                foreach (var child in sequence.Children)
                    Collect(child, places);
                break;
        }
    }
}
