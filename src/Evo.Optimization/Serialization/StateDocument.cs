using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Evo.Optimization.Serialization;

/// <summary>What the saved states of all algorithms share: whose they are, the version of the format, the seed and the problem.</summary>
internal static class StateDocument
{
    private const int Version = 1;

    public static JsonObject Create(string algorithm, ulong seed, OptimizationProblem problem) => new()
    {
        ["algorithm"] = algorithm,
        ["version"] = Version,
        ["seed"] = seed.ToString(CultureInfo.InvariantCulture),
        ["goals"] = new JsonArray([.. problem.Goals.Select(goal => JsonValue.Create(goal.ToString()))]),
        ["variables"] = new JsonArray([.. problem.Variables.Select(Write)]),
    };

    /// <summary>
    /// Runs <paramref name="parse"/> on a document of this algorithm; whatever is missing or mistyped becomes a FormatException.
    /// </summary>
    public static T Parse<T>(JsonObject saved, string algorithm, Func<ulong, OptimizationProblem, T> parse)
    {
        try
        {
            if (Text(saved, "algorithm") != algorithm)
                throw new FormatException($"The state belongs to {Text(saved, "algorithm")}, not to {algorithm}.");
            if (Integer(saved, "version") != Version)
                throw new FormatException($"The state has format {Integer(saved, "version")}; this program reads {Version}.");
            var seed = ulong.Parse(Text(saved, "seed"), NumberStyles.None, CultureInfo.InvariantCulture);
            var goals = saved["goals"]!.AsArray().Select(goal => Enum.Parse<Goal>(goal!.GetValue<string>()));
            var variables = saved["variables"]!.AsArray().Select(variable => ReadVariable(variable!.AsObject()));
            return parse(seed, new OptimizationProblem([.. variables], [.. goals]));
        }
        catch (Exception error)
            when (error is InvalidOperationException or ArgumentException or NullReferenceException or OverflowException)
        {
            throw new FormatException($"This is not a saved state of {algorithm}: {error.Message}", error);
        }
    }

    public static string Text(JsonObject saved, string name) => Member(saved, name).GetValue<string>();

    public static int Integer(JsonObject saved, string name) => Member(saved, name).GetValueKind() == JsonValueKind.Number
        ? int.Parse(saved[name]!.ToJsonString(), CultureInfo.InvariantCulture)
        : throw new FormatException($"'{name}' must be a whole number.");

    public static JsonNode Member(JsonObject saved, string name) =>
        saved[name] ?? throw new FormatException($"The saved state lacks '{name}'.");

    private static JsonObject Write(Variable variable)
    {
        var json = new JsonObject { ["lower"] = DoubleJson.Write(variable.Lower), ["upper"] = DoubleJson.Write(variable.Upper) };
        if (variable.Initial is { } initial)
            json["initial"] = DoubleJson.Write(initial);
        return json;
    }

    private static Variable ReadVariable(JsonObject json) => new(
        DoubleJson.Read(json["lower"]), DoubleJson.Read(json["upper"]), json["initial"] is { } initial ? DoubleJson.Read(initial) : null);
}
