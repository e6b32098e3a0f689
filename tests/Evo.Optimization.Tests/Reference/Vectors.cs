using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Evo.Optimization.Tests.Reference;

/// <summary>Results of pycma, pymoo and moocore on exact inputs (a trimmed copy of the project's reference vectors).</summary>
internal static class Vectors
{
    public static JsonObject All { get; } = Read();

    public static JsonArray List(string section, string? part = null) =>
        (part is null ? All[section] : All[section]![part])!.AsArray();

    public static double Number(this JsonNode node, string name) => node[name]!.GetValue<double>();

    public static int Integer(this JsonNode node, string name) => node[name]!.GetValue<int>();

    public static double[] Row(this JsonNode node, string name) => node[name]!.Row();

    /// <summary>The numbers of a list; null stands for infinity.</summary>
    public static double[] Row(this JsonNode node) =>
        [.. node.AsArray().Select(value => value?.GetValue<double>() ?? double.PositiveInfinity)];

    public static double[][] Rows(this JsonNode node, string name) => [.. node[name]!.AsArray().Select(row => row!.Row())];

    public static ImmutableArray<ImmutableArray<double>> Points(this JsonNode node, string name) =>
        [.. node.Rows(name).Select(ImmutableArray.Create)];

    public static ImmutableArray<Goal> AllMinimized(int objectives) => [.. Enumerable.Repeat(Goal.Minimize, objectives)];

    private static JsonObject Read()
    {
        using var stream = typeof(Vectors).Assembly.GetManifestResourceStream("optimizer-vectors.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
