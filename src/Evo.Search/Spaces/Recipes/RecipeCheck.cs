using Evo.Search.Spaces.Reading;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Recipes;

/// <summary>What can be said of a recipe with ranges before its models are opened.</summary>
internal static class RecipeCheck
{
    public static void Check(SpaceDocument document, RecipeTemplate template, string folder)
    {
        if (template.Slots.IsEmpty)
            throw document.Refuse(template.Root, "the recipe has no range, so there is nothing to search; replace a number by {search: [low, high]}");
        foreach (var (name, node) in Named(template.Root))
            Files.CheckModel(document, node, folder, name);
    }

    private static IEnumerable<(string Name, YamlNode Node)> Named(YamlNode node) => node switch
    {
        YamlMappingNode mapping => mapping.Children.SelectMany(pair =>
            pair.Key is YamlScalarNode { Value: "model" or "base_model" }
                ? Choices(pair.Value)
                : Named(pair.Value)),
        YamlSequenceNode list => list.Children.SelectMany(Named),
        _ => [],
    };

    private static IEnumerable<(string Name, YamlNode Node)> Choices(YamlNode value) =>
        (RangeReader.IsRange(value) ? YamlNodes.Entries(YamlNodes.Find(value, "choose")) : [value])
            .Where(node => Scalars.TryText(node, out _))
            .Select(node => (((YamlScalarNode)node).Value!, node));
}
