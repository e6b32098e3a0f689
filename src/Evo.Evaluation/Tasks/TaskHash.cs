using System.Collections.Immutable;
using System.Globalization;
using Evo.Evaluation.Scoring;

namespace Evo.Evaluation.Tasks;

/// <summary>
/// The hash of everything that decides a score. Paths and the task's name are left out, and so are options that the metric does not read. Whoever
/// changes what goes in makes every stored score stale, and raises the number in the first value.
/// </summary>
internal static class TaskHash
{
    internal static string Of(TaskDefinition task)
    {
        var options = Metrics.Of(task).Options;
        using var hash = new CanonicalHash();
        hash.Add("evo.task/1").Add(TaskKeys.NameOf(task.Kind)).Add(task.Metric)
            .Add(options.Contains("pattern") ? task.Pattern : "")
            .Add(options.Contains("ignore_case") && task.IgnoreCase ? "ignore_case" : "")
            .Add(options.Contains("strip") && task.Strip ? "strip" : "")
            .Add(task.Prompt).Add(task.Answer).Add(task.Text).Add(task.Choices).Add(task.Stop)
            .Add(task.MaxTokens.ToString(CultureInfo.InvariantCulture))
            .Add(task.Examples.IsEmpty ? "" : task.FewShotSeparator);
        AddItems(hash, task.Examples);
        AddItems(hash, task.Items);
        return hash.ToHex();
    }

    private static void AddItems(CanonicalHash hash, ImmutableArray<TaskItem> items)
    {
        hash.Add(items.Length.ToString(CultureInfo.InvariantCulture));
        foreach (var item in items)
            hash.Add(item.Id).Add(item.Fields);
    }
}
