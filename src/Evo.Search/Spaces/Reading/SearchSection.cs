using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Reading;

internal static class SearchSection
{
    private const long MostPopulation = 100_000;

    public static SearchSettings Read(SpaceDocument document, YamlNode node, ImmutableArray<Objective> objectives)
    {
        var fields = new Fields(document, node, "'search'", "algorithm", "population", "seed", "budget", "settings");
        var algorithm = fields.RequireText("algorithm", $"one of {string.Join(", ", Algorithms.All)}");
        var at = fields.Find("algorithm")!;
        if (!Algorithms.All.Contains(algorithm))
            throw document.Refuse(at, $"there is no algorithm '{Scalars.Show(at)}'{NearestName.Hint(algorithm, Algorithms.All)}");

        var searched = objectives.Where(objective => !objective.ReportOnly).Select(objective => objective.Name).ToArray();
        if (Algorithms.SingleObjective.Contains(algorithm) && searched.Length > 1)
        {
            throw document.Refuse(at, $"{algorithm} searches for one objective, and {searched.Length} are given ({string.Join(", ", searched)}); "
                + $"take nsga2, or set report_only: true on all but one");
        }

        return new SearchSettings(
            algorithm,
            (int?)fields.Whole("population", 2, MostPopulation),
            Seed(document, fields.Find("seed")),
            Budget(document, fields.Require("budget", "at least one of generations, evaluations, hours, usd, tokens")),
            Settings(document, fields.Find("settings")));
    }

    private static ulong Seed(SpaceDocument document, YamlNode? node) =>
        node is null ? 0
        : node is YamlScalarNode { Value: { } text } && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed
        : throw document.Refuse(node, $"'seed' must be a whole number from 0 to {ulong.MaxValue}, not '{Scalars.Show(node)}'");

    private static Budget Budget(SpaceDocument document, YamlNode node)
    {
        var fields = new Fields(document, node, "'budget'", "generations", "evaluations", "hours", "usd", "tokens");
        var budget = new Budget(
            (int?)fields.Whole("generations", 1, int.MaxValue),
            fields.Whole("evaluations", 1, 1L << 53),
            fields.Number("hours", double.Epsilon, 1e6),
            fields.Number("usd", double.Epsilon, 1e12),
            fields.Whole("tokens", 1, 1L << 53));
        return budget == new Budget(null, null, null, null, null)
            ? throw document.Refuse(node, "'budget' needs at least one of generations, evaluations, hours, usd, tokens")
            : budget;
    }

    private static JsonObject Settings(SpaceDocument document, YamlNode? node) => node switch
    {
        null => [],
        YamlMappingNode mapping => (JsonObject)YamlJson.Of(document, mapping)!,
        _ => throw document.Refuse(node, "'settings' must be a mapping: the algorithm's own settings"),
    };
}
