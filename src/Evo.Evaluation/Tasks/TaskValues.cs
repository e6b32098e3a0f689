using System.Collections.Immutable;
using System.Globalization;
using Evo.Evaluation.Scoring;
using Evo.Merging.Recipes;

namespace Evo.Evaluation.Tasks;

/// <summary>The typed values of a task file; whatever is wrong with one is said with its line and column.</summary>
internal sealed class TaskValues(TaskDocument document)
{
    internal TaskKind Kind()
    {
        var known = TaskKeys.Kinds;
        var value = RequiredText("kind");
        var at = known.Select(kind => kind.Name).ToList().IndexOf(value.Text);
        return at >= 0
            ? known[at].Kind
            : throw Fault(value, $"there is no kind of task '{value.Text}'{NearestName.Hint(value.Text, known.Select(kind => kind.Name))}");
    }

    /// <summary>The metric to score by: the given one, else the file's own. The options in the file are the business of its own metric.</summary>
    internal Metric Metric(TaskKind kind, string? instead)
    {
        var own = document.Find("metric") is null && instead is not null ? null : OwnMetric(kind);
        RefuseUnfittingOptions(own);
        if (instead is null)
            return own!;
        var metric = Metrics.Find(instead)
            ?? throw new TaskException(document.FilePath, $"there is no metric '{instead}'{NearestName.Hint(instead, Fitting(kind))}");
        return metric.Kinds.Contains(kind) ? metric : throw new TaskException(document.FilePath, Misfit(metric, kind));
    }

    /// <summary>Refuses keys that no task has, and those that mean nothing for this kind.</summary>
    internal void RefuseUnfitting(TaskKind kind)
    {
        string[] fitting = [.. TaskKeys.Common, .. TaskKeys.Required(kind), .. TaskKeys.Optional(kind), .. Options];
        var known = TaskKeys.Kinds.SelectMany(other => TaskKeys.Required(other.Kind).Concat(TaskKeys.Optional(other.Kind))).ToHashSet();
        foreach (var entry in document.Entries.Where(entry => !fitting.Contains(entry.Key)))
        {
            throw Fault(entry, known.Contains(entry.Key)
                ? $"'{entry.Key}' means nothing for a task of kind {TaskKeys.NameOf(kind)}"
                : $"unknown key '{entry.Key}'{NearestName.Hint(entry.Key, fitting)}");
        }
    }

    /// <summary>Refuses a task that leaves out what its kind or its metric needs.</summary>
    internal void Require(TaskKind kind, Metric metric)
    {
        foreach (var key in TaskKeys.Required(kind))
        {
            var optional = key == "answer" && !metric.NeedsAnswer && Integer("few_shot", 0, atLeast: 0) == 0;
            if (!optional && (document.Find(key) is null || (key == "answer" && Text(key) is "")))
                throw new TaskException(document.FilePath, $"the key '{key}' is missing or empty; kind {TaskKeys.NameOf(kind)} with metric {metric.Name} needs it");
        }
    }

    internal string DataPath(string folder)
    {
        var value = RequiredText("data");
        return Tasks.DataPath.Resolve(folder, value.Text, out var problem) ?? throw Fault(value, problem);
    }

    internal int FewShot(int items)
    {
        var count = Integer("few_shot", 0, atLeast: 0);
        return count < items
            ? count
            : throw Fault(Single("few_shot")!.Value, $"few_shot: {count} takes all {items} items and leaves none to score");
    }

    internal string? Text(string key) => Single(key)?.Text;

    internal string Template(string key) => Single(key) is { } value ? Checked(key, value) : "";

    internal ImmutableArray<string> Templates(string key)
        => document.Find(key) is { } entry ? [.. entry.Values.Select(value => Checked(key, value))] : [];

    internal ImmutableArray<string> Stop()
    {
        foreach (var value in document.Find("stop")?.Values.Where(value => value.Text.Length == 0) ?? [])
            throw Fault(value, "an empty stop text would end every answer before it begins");
        return [.. document.Find("stop")?.Values.Select(value => value.Text) ?? []];
    }

    /// <summary>The pattern, if <paramref name="metric"/> looks for one.</summary>
    internal string Pattern(Metric metric)
    {
        if (!metric.Options.Contains("pattern"))
            return "";
        var value = Single("pattern") is { Text.Length: > 0 } text
            ? text
            : throw new TaskException(document.FilePath, $"the metric {metric.Name} needs the key 'pattern'");
        try
        {
            _ = new PatternScore(value.Text, ignoreCase: false, strip: false);
            return value.Text;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw Fault(value, $"pattern: {exception.Message}");
        }
    }

    internal int Integer(string key, int otherwise, int atLeast)
    {
        if (Single(key) is not { } value)
            return otherwise;
        return int.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= atLeast
            ? number
            : throw Fault(value, $"'{key}' must be a whole number of at least {atLeast}, not '{value.Text}'");
    }

    internal bool Boolean(string key, bool otherwise)
        => Single(key) is not { } value ? otherwise : value.Text switch
        {
            "true" => true,
            "false" => false,
            _ => throw Fault(value, $"'{key}' must be true or false, not '{value.Text}'"),
        };

    private static IEnumerable<string> Options => Metrics.All.SelectMany(metric => metric.Options).Distinct();

    private static IEnumerable<string> Fitting(TaskKind kind) => Metrics.All.Where(metric => metric.Kinds.Contains(kind)).Select(metric => metric.Name);

    private static string Misfit(Metric metric, TaskKind kind)
        => $"the metric {metric.Name} does not fit a task of kind {TaskKeys.NameOf(kind)}; these do: {string.Join(", ", Fitting(kind))}";

    private Metric OwnMetric(TaskKind kind)
    {
        var value = RequiredText("metric");
        var metric = Metrics.Find(value.Text)
            ?? throw Fault(value, $"there is no metric '{value.Text}'{NearestName.Hint(value.Text, Fitting(kind))}");
        return metric.Kinds.Contains(kind) ? metric : throw Fault(value, Misfit(metric, kind));
    }

    private void RefuseUnfittingOptions(Metric? own)
    {
        if (own is null)
            return;
        foreach (var option in Options.Except(own.Options))
        {
            if (document.Find(option) is { } entry)
                throw Fault(entry, $"'{option}' means nothing for the metric {own.Name}");
        }
    }

    private string Checked(string key, YamlText value)
    {
        try
        {
            _ = Tasks.Template.Parse(value.Text);
            return value.Text;
        }
        catch (TemplateException exception)
        {
            throw Fault(value, $"{key}: {exception.Message}");
        }
    }

    private YamlText RequiredText(string key)
        => Single(key) ?? throw new TaskException(document.FilePath, $"the key '{key}' is missing");

    private YamlText? Single(string key)
    {
        if (document.Find(key) is not { } entry)
            return null;
        return entry.IsList ? throw Fault(entry, $"'{key}' takes one value, not a list") : entry.Values[0];
    }

    private TaskException Fault(YamlText at, string problem) => new(document.FilePath, at.Line, at.Column, problem);

    private TaskException Fault(YamlEntry at, string problem) => new(document.FilePath, at.Line, at.Column, problem);
}
