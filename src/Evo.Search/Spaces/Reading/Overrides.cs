using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Reading;

/// <summary>
/// Applies <c>path=value</c> arguments to a parsed space. A value takes the place in the file of what it replaces, or of the mapping that it
/// is added to, so that messages still point into the file. Keys that nobody knows are refused when the space is read.
/// </summary>
internal static class Overrides
{
    public static void Apply(SpaceDocument document, IEnumerable<string> arguments)
    {
        foreach (var argument in arguments)
            Apply(document, argument);
    }

    private static void Apply(SpaceDocument document, string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        var path = equals < 0 ? [] : argument[..equals].Trim().Split('.');
        var value = argument[(equals + 1)..].Trim();
        if (path.Length == 0 || value.Length == 0 || path.Any(part => part.Length == 0))
            throw new SearchSpaceException($"--set {argument}: write path=value, for example search.seed=3");

        YamlNode node = document.Root;
        for (var depth = 0; ; depth++)
        {
            var last = depth == path.Length - 1;
            switch (node)
            {
                case YamlMappingNode mapping:
                    var key = new YamlScalarNode(path[depth]);
                    if (!mapping.Children.TryGetValue(key, out var child) || Scalars.IsNull(child))
                    {
                        // a.b.c=v, where there is no a: a: {b: {c: v}}
                        var rest = string.Concat(path[(depth + 1)..].Select(part => $"{{{part}: "))
                            + value + new string('}', path.Length - depth - 1);
                        mapping.Children.Remove(key);
                        var added = Value(document, $"{path[depth]}: {rest}", mapping, argument) as YamlMappingNode
                            ?? throw document.Refuse(mapping, $"--set {argument}: '{path[depth]}' is no key");
                        foreach (var (newKey, newValue) in added.Children)
                            mapping.Children.Add(newKey, newValue);
                        return;
                    }

                    if (last)
                    {
                        mapping.Children[key] = Value(document, value, child, argument);
                        return;
                    }

                    node = child;
                    break;

                case YamlSequenceNode list:
                    if (!int.TryParse(path[depth], NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= list.Children.Count)
                        throw document.Refuse(list, $"--set {argument}: '{path[depth]}' is no entry of this list; it has {list.Children.Count}, counted from 0");
                    if (last)
                    {
                        list.Children[index] = Value(document, value, list.Children[index], argument);
                        return;
                    }

                    node = list.Children[index];
                    break;

                default:
                    throw document.Refuse(node, $"--set {argument}: the path ends here, at the value '{Scalars.Show(node)}'; '{path[depth]}' leads nowhere");
            }
        }
    }

    private static YamlNode Value(SpaceDocument document, string text, YamlNode place, string argument)
    {
        // Blank lines and columns put the parsed value where its predecessor stands.
        var lines = (int)Math.Clamp(place.Start.Line - 1, 0, 100_000);
        var columns = (int)Math.Clamp(place.Start.Column - 1, 0, 1_000);
        var node = YamlText.Parse(new string('\n', lines) + new string(' ', columns) + text, $"{document.Source} (--set {argument})");
        document.MarkSet(node, argument);
        return node;
    }
}
