using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Evo.Optimization;
using Evo.Search.Spaces.Reading;
using Evo.Search.Spaces.Recipes;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces;

/// <summary>A space with every default made explicit: as YAML for the run directory, and as the content hash of the search's course.</summary>
internal sealed class ResolvedSpace(SpaceDocument document, SearchSpace space, RecipeTemplate template)
{
    private readonly Dictionary<YamlNode, RecipeSlot> _slots = template.SlotsByNode();

    public string ToYaml()
    {
        var root = new YamlMappingNode
        {
            { "recipe", Recipe() },
            { "objectives", new YamlSequenceNode(space.Objectives.Select(Objective)) },
            { "evaluator", Evaluator() },
            { "search", Search() },
            { "splits", Splits() },
        };
        return YamlRewrite.ToText(root);
    }

    public string ContentHash()
    {
        var search = (YamlMappingNode)Search();
        search.Children.Remove(new YamlScalarNode("budget"));
        search.Children[new YamlScalarNode("seed")] = YamlRewrite.Text(space.Search.Seed.ToString(CultureInfo.InvariantCulture)); // JSON numbers end at 2^53
        var course = new JsonObject
        {
            ["recipe"] = YamlJson.Of(document, Recipe()),
            ["objectives"] = new JsonArray([.. space.Objectives.Select(objective => YamlJson.Of(document, Objective(objective)))]),
            ["evaluator"] = new JsonObject { ["kind"] = space.Evaluator.Kind, ["device"] = space.Evaluator.Device.Split(':')[0] },
            ["search"] = YamlJson.Of(document, search),
            ["splits"] = YamlJson.Of(document, Splits()),
        };
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(course.ToJsonString())));
    }

    private YamlNode Recipe() =>
        YamlRewrite.Replace(template.Root, node => _slots.TryGetValue(node, out var slot) ? Range(slot.Range) : null);

    private static YamlMappingNode Range(GeneRange range)
    {
        var node = new YamlMappingNode { Style = MappingStyle.Flow };
        if (range.IsChoice)
            node.Add("choose", YamlRewrite.FlowList(range.Choices));
        else
            node.Add("search", YamlRewrite.FlowList([YamlRewrite.Number(range.Lower), YamlRewrite.Number(range.Upper)]));
        if (range.Initial is { } initial)
            node.Add("init", range.IsChoice ? range.Choices[(int)initial] : YamlRewrite.Number(initial));

        var axes = new List<YamlNode>();
        if (range.Model)
            axes.Add(YamlRewrite.Text("model"));
        if (range.Tensors is { } tensors)
            axes.Add(tensors.Kind == PerKind.Groups ? YamlRewrite.FlowList(tensors.Groups.Select(YamlRewrite.Text)) : YamlRewrite.Text(tensors.ToString()));
        if (range.Depth is { } depth)
            axes.Add(YamlRewrite.Text(depth.ToString()));
        node.Add("per", axes.Count == 0 ? YamlRewrite.Text("global") : YamlRewrite.FlowList(axes));

        if (!range.IsChoice)
        {
            node.Add("log", YamlRewrite.Flag(range.Log));
            node.Add("integer", YamlRewrite.Flag(range.Integer));
        }

        return node;
    }

    private YamlMappingNode Objective(Objective objective)
    {
        var node = new YamlMappingNode { Style = MappingStyle.Flow };
        node.Add("name", YamlRewrite.Text(objective.Name));
        if (objective.TaskPath is { } task)
            node.Add("task", YamlRewrite.Text(System.IO.Path.GetRelativePath(space.Folder, task).Replace('\\', '/')));
        if (objective.Metric is { } metric)
            node.Add("metric", YamlRewrite.Text(metric));
        if (objective.Measure is { } measure)
            node.Add("measure", YamlRewrite.Text(measure));
        node.Add("goal", YamlRewrite.Text(objective.Goal == Goal.Maximize ? "maximize" : "minimize"));
        node.Add("report_only", YamlRewrite.Flag(objective.ReportOnly));
        return node;
    }

    private YamlMappingNode Evaluator()
    {
        var node = new YamlMappingNode { { "kind", YamlRewrite.Text(space.Evaluator.Kind) }, { "device", YamlRewrite.Text(space.Evaluator.Device) } };
        node.Add("workers", YamlRewrite.Number(space.Evaluator.Workers));
        AddNumber(node, "batch_tokens", space.Evaluator.BatchTokens);
        AddNumber(node, "slots", space.Evaluator.Slots);
        return node;
    }

    private YamlMappingNode Search()
    {
        var search = space.Search;
        var node = new YamlMappingNode { { "algorithm", YamlRewrite.Text(search.Algorithm) } };
        AddNumber(node, "population", search.Population);
        node.Add("seed", new YamlScalarNode(search.Seed.ToString(CultureInfo.InvariantCulture)));
        var budget = new YamlMappingNode { Style = MappingStyle.Flow };
        AddNumber(budget, "generations", search.Budget.Generations);
        AddNumber(budget, "evaluations", search.Budget.Evaluations);
        AddNumber(budget, "hours", search.Budget.Hours);
        AddNumber(budget, "usd", search.Budget.Usd);
        AddNumber(budget, "tokens", search.Budget.Tokens);
        node.Add("budget", budget);
        node.Add("settings", Settings(search.Settings));
        return node;
    }

    private YamlMappingNode Splits() => new() { { "search", YamlRewrite.Number(space.Splits.Search) }, { "report", YamlRewrite.Number(space.Splits.Report) } };

    private static YamlNode Settings(JsonNode? json) => json switch
    {
        null => new YamlScalarNode("null"),
        JsonObject mapping => new YamlMappingNode(mapping.Select(pair => KeyValuePair.Create((YamlNode)YamlRewrite.Text(pair.Key), Settings(pair.Value)))),
        JsonArray list => YamlRewrite.FlowList(list.Select(Settings)),
        JsonValue value when value.TryGetValue(out string? text) => YamlRewrite.Text(text),
        JsonValue value => new YamlScalarNode(value.ToJsonString()),
        _ => throw new InvalidOperationException("no such JSON"),
    };

    private static void AddNumber(YamlMappingNode node, string key, double? value)
    {
        if (value is { } number)
            node.Add(key, YamlRewrite.Number(number));
    }
}
