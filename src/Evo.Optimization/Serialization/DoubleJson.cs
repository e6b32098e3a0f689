using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Evo.Optimization.Serialization;

/// <summary>
/// Doubles in JSON, bit for bit: finite ones as shortest round-trip numbers, the others as the strings <c>Infinity</c>,
/// <c>-Infinity</c> and <c>NaN</c>, which JSON numbers cannot express.
/// </summary>
internal static class DoubleJson
{
    public static JsonNode Write(double value) => double.IsFinite(value)
        ? JsonValue.Create(value)
        : JsonValue.Create(value.ToString(CultureInfo.InvariantCulture));

    public static JsonArray Write(ImmutableArray<double> values)
    {
        var array = new JsonArray();
        foreach (var value in values)
            array.Add(Write(value));
        return array;
    }

    public static JsonArray Write(ImmutableArray<ImmutableArray<double>> rows)
    {
        var array = new JsonArray();
        foreach (var row in rows)
            array.Add((JsonNode)Write(row));
        return array;
    }

    public static double Read(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.Number => node.AsValue().TryGetValue<double>(out var number)
            ? number
            : double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture),
        JsonValueKind.String => node.GetValue<string>() switch
        {
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            "NaN" => double.NaN,
            var text => throw new FormatException($"'{text}' is not a number."),
        },
        _ => throw new FormatException($"Expected a number, found {node?.ToJsonString() ?? "nothing"}."),
    };

    public static ImmutableArray<double> ReadRow(JsonNode? node) => [.. Items(node).Select(Read)];

    public static ImmutableArray<ImmutableArray<double>> ReadRows(JsonNode? node) => [.. Items(node).Select(ReadRow)];

    private static JsonArray Items(JsonNode? node) =>
        node as JsonArray ?? throw new FormatException($"Expected a list, found {node?.ToJsonString() ?? "nothing"}.");
}
