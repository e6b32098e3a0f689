using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Reading;

internal static class YamlNodes
{
    /// <summary>The value at a key; null when the node is no mapping, or the key is absent or null.</summary>
    public static YamlNode? Find(YamlNode? node, string key) =>
        node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(key), out var value) && !Scalars.IsNull(value) ? value : null;

    /// <summary>The entries of a list; none when the node is no list.</summary>
    public static IEnumerable<YamlNode> Entries(YamlNode? node) => node is YamlSequenceNode list ? list.Children : [];
}
