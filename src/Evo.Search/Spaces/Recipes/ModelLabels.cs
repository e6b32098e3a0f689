using Evo.Search.Spaces.Reading;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Recipes;

/// <summary>Names the recipe's models, and shortens the names for genes: the last part of the path, or the whole when two would be the same.</summary>
internal static class ModelLabels
{
    public static IReadOnlyDictionary<string, string> Of(YamlMappingNode recipe)
    {
        var names = Names(recipe).ToArray();
        var labels = names.ToDictionary(name => name, Short, StringComparer.Ordinal);
        var ambiguous = labels.GroupBy(pair => pair.Value, StringComparer.Ordinal).Where(group => group.Count() > 1).SelectMany(group => group);
        foreach (var (name, _) in ambiguous.ToArray())
            labels[name] = name;
        return labels;
    }

    /// <summary>Every model named anywhere, choices included: base models first, then in order of appearance, distinct.</summary>
    public static IEnumerable<string> Names(YamlMappingNode recipe)
    {
        var bases = new List<string>();
        var inputs = new List<string>();
        Collect(recipe, bases, inputs);
        return bases.Concat(inputs).Distinct(StringComparer.Ordinal);
    }

    private static void Collect(YamlNode node, List<string> bases, List<string> inputs)
    {
        if (node is YamlSequenceNode list)
        {
            foreach (var entry in list.Children)
                Collect(entry, bases, inputs);
        }
        else if (node is YamlMappingNode mapping)
        {
            foreach (var (key, value) in mapping.Children)
            {
                if (key is not YamlScalarNode { Value: "base_model" or "model" } named)
                    Collect(value, bases, inputs);
                else if (Scalars.TryText(value, out var name))
                    (named.Value == "base_model" ? bases : inputs).Add(name);
                else
                    inputs.AddRange(YamlNodes.Entries(YamlNodes.Find(value, "choose")).OfType<YamlScalarNode>().Select(choice => choice.Value ?? ""));
            }
        }
    }

    private static string Short(string name) => string.Join('+', name.Split('+').Select(part =>
    {
        var trimmed = part.TrimEnd('/', '\\');
        return trimmed[(trimmed.LastIndexOfAny(['/', '\\']) + 1)..];
    }));
}
