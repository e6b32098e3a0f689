using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Evo.Merging.Recipes;
using Evo.Optimization;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Reading;

internal static class SearchSection
{
    private const long MostPopulation = 100_000;

    public static SearchSettings Read(SpaceDocument document, YamlNode node, ImmutableArray<Objective> objectives)
    {
        var fields = new Fields(document, node, "'search'", "algorithm", "population", "seed", "budget", "settings");
        var names = Optimizers.All.Select(known => known.Name).ToArray();
        var name = fields.RequireText("algorithm", $"one of {string.Join(", ", names)}");
        var at = fields.Find("algorithm")!;
        var algorithm = Optimizers.Find(name) ?? throw document.Refuse(at, $"there is no algorithm '{Scalars.Show(at)}'{NearestName.Hint(name, names)}");

        var searched = objectives.Where(objective => !objective.ReportOnly).Select(objective => objective.Name).ToArray();
        if (!algorithm.ManyObjectives && searched.Length > 1)
        {
            var others = Optimizers.All.Where(known => known.ManyObjectives).Select(known => known.Name);
            throw document.Refuse(at, $"{name} searches for one objective, and {searched.Length} are given ({string.Join(", ", searched)}); "
                + $"take {string.Join(" or ", others)}, or set report_only: true on all but one");
        }

        var population = (int?)fields.Whole("population", 1, MostPopulation);
        return new SearchSettings(
            name,
            population,
            Seed(document, fields.Find("seed")),
            Budget(document, fields.Require("budget", "at least one of generations, evaluations, hours, usd, tokens")),
            Settings(document, fields, name, population));
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

    private static JsonObject Settings(SpaceDocument document, Fields fields, string algorithm, int? population)
    {
        var node = fields.Find("settings");
        var settings = node switch
        {
            null => [],
            YamlMappingNode mapping => (JsonObject)YamlJson.Of(document, mapping)!,
            _ => throw document.Refuse(node, "'settings' must be a mapping: the algorithm's own settings"),
        };
        if (settings.ContainsKey("population"))
            throw document.Refuse(node!, "'population' stands beside 'settings', as search.population");

        try
        {
            var complete = (JsonObject)settings.DeepClone();
            if (population is { } size)
                complete["population"] = size;
            Optimizers.Create(algorithm, complete);
            return settings;
        }
        catch (OptimizerSettingsException error)
        {
            throw document.Refuse(node ?? fields.Find("population") ?? fields.Node, error.Message, error);
        }
    }
}
