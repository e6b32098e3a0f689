using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Reading;

/// <summary>New YAML values, and text of YAML trees.</summary>
internal static partial class YamlRewrite
{
    public static YamlScalarNode Text(string text) =>
        new(text) { Style = PlainWord().IsMatch(text) && !LooksLikeAnotherType(text) ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted };

    public static YamlScalarNode Number(double value) => new(Scalars.Format(value)) { Style = ScalarStyle.Plain };

    public static YamlScalarNode Flag(bool value) => new(value ? "true" : "false") { Style = ScalarStyle.Plain };

    public static YamlSequenceNode FlowList(IEnumerable<YamlNode> entries) => new(entries) { Style = SequenceStyle.Flow };

    /// <summary>A copy of a tree in which some nodes are replaced; what holds no replaced node is shared with the original.</summary>
    /// <param name="replacement">The new node, or null to go on below.</param>
    public static YamlNode Replace(YamlNode node, Func<YamlNode, YamlNode?> replacement)
    {
        if (replacement(node) is { } replaced)
            return replaced;

        switch (node)
        {
            case YamlMappingNode mapping:
                var values = mapping.Children.Select(pair => KeyValuePair.Create(pair.Key, Replace(pair.Value, replacement))).ToArray();
                return values.All(pair => ReferenceEquals(pair.Value, mapping.Children[pair.Key]))
                    ? node
                    : new YamlMappingNode(values) { Style = mapping.Style };
            case YamlSequenceNode list:
                var entries = list.Children.Select(entry => Replace(entry, replacement)).ToArray();
                return entries.Zip(list.Children).All(pair => ReferenceEquals(pair.First, pair.Second))
                    ? node
                    : new YamlSequenceNode(entries) { Style = list.Style };
            default:
                return node;
        }
    }

    public static string ToText(YamlNode root)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        new YamlStream(new YamlDocument(root)).Save(writer, assignAnchors: false);
        var text = writer.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
        return text.EndsWith("...\n", StringComparison.Ordinal) ? text[..^4] : text;
    }

    private static bool LooksLikeAnotherType(string text) =>
        text.ToUpperInvariant() is "TRUE" or "FALSE" or "NULL" or "YES" or "NO" or "ON" or "OFF" or "Y" or "N"
        || Scalars.TryNumber(new YamlScalarNode(text), out _);

    [GeneratedRegex(@"^[A-Za-z_.][A-Za-z0-9_./+-]*\z")]
    private static partial Regex PlainWord();
}
