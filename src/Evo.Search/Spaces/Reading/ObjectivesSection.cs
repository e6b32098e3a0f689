using System.Collections.Immutable;
using Evo.Evaluation.Scoring;
using Evo.Merging.Recipes;
using Evo.Optimization;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Reading;

internal static class ObjectivesSection
{
    public static ImmutableArray<Objective> Read(SpaceDocument document, YamlNode node, string folder, string? baseModel)
    {
        if (node is not YamlSequenceNode { Children.Count: > 0 } list)
            throw document.Refuse(node, "'objectives' must be a list with at least one entry: {name, task, goal}");

        var objectives = ImmutableArray.CreateBuilder<Objective>();
        foreach (var entry in list.Children)
        {
            var objective = One(document, entry, folder, baseModel);
            if (objectives.Any(other => other.Name == objective.Name))
                throw document.Refuse(YamlNodes.Find(entry, "name")!, $"two objectives are called '{objective.Name}'; give each its own name");
            objectives.Add(objective);
        }

        return objectives.Any(objective => !objective.ReportOnly)
            ? objectives.ToImmutable()
            : throw document.Refuse(list, "every objective is report_only; the search needs at least one to go by");
    }

    private static Objective One(SpaceDocument document, YamlNode entry, string folder, string? baseModel)
    {
        var fields = new Fields(document, entry, "an objective", "name", "task", "metric", "measure", "goal", "report_only");
        var name = fields.RequireText("name", "a name of its own");
        var goalNode = fields.Require("goal", "maximize or minimize");
        Goal? goal = Scalars.Show(goalNode) switch
        {
            "maximize" or "max" => Goal.Maximize,
            "minimize" or "min" => Goal.Minimize,
            _ => null,
        };
        if (goal is null)
            throw document.Refuse(goalNode, $"'goal' must be maximize or minimize, not '{Scalars.Show(goalNode)}'");

        var task = fields.Text("task");
        var measure = fields.Text("measure");
        if (task is null == measure is null)
            throw document.Refuse(entry, $"the objective '{name}' needs either 'task' (a task's YAML file) or 'measure' ({string.Join(", ", Measures.All)})");
        if (measure is not null)
            CheckMeasure(document, fields, measure, baseModel);
        else if (fields.Text("metric") is { } metric && Metrics.Find(metric) is null)
            throw document.Refuse(fields.Find("metric")!, $"there is no metric '{metric}'{NearestName.Hint(metric, Metrics.All.Select(known => known.Name))}");

        var path = task is null ? null : Files.Existing(document, fields.Find("task")!, folder, task, "task");
        return new Objective(name, path, fields.Text("metric"), measure, goal.Value, fields.Flag("report_only") ?? false);
    }

    private static void CheckMeasure(SpaceDocument document, Fields fields, string measure, string? baseModel)
    {
        var node = fields.Find("measure")!;
        if (!Measures.All.Contains(measure))
            throw document.Refuse(node, $"there is no measure '{Scalars.Show(node)}'{NearestName.Hint(measure, Measures.All)}");
        if (fields.Find("metric") is { } metric)
            throw document.Refuse(metric, "'metric' belongs to a task; a measure is its own metric");
        if (measure == Measures.TaskVectorL1 && baseModel is null)
            throw document.Refuse(node, $"{measure} is the distance from the base, and the recipe has no base_model");
    }
}
