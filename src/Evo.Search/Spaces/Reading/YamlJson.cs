using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Reading;

/// <summary>YAML values as JSON: unquoted numbers, booleans and null are what they look like, everything else is text.</summary>
internal static class YamlJson
{
    public static JsonNode? Of(SpaceDocument document, YamlNode node)
    {
        switch (node)
        {
            case YamlMappingNode mapping:
                var json = new JsonObject();
                foreach (var (key, value) in mapping.Children)
                {
                    if (!Scalars.TryText(key, out var name) || json.ContainsKey(name))
                        throw document.Refuse(key, "keys must be distinct texts");
                    json[name] = Of(document, value);
                }

                return json;
            case YamlSequenceNode list:
                return new JsonArray([.. list.Children.Select(entry => Of(document, entry))]);
            default:
                return Scalars.IsNull(node) ? null
                    : Scalars.TryFlag(node, out var flag) ? JsonValue.Create(flag)
                    : Scalars.TryNumber(node, out var number) ? Number(number)
                    : JsonValue.Create(((YamlScalarNode)node).Value ?? "");
        }
    }

    /// <summary>Whole numbers as such, so that 3 is written 3 and can be read as an integer.</summary>
    private static JsonValue Number(double value) =>
        value == Math.Floor(value) && Math.Abs(value) < 1L << 53 ? JsonValue.Create((long)value) : JsonValue.Create(value);
}
