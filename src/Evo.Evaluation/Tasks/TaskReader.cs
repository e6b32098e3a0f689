using System.Collections.Immutable;
using Evo.Evaluation.Scoring;

namespace Evo.Evaluation.Tasks;

/// <summary>Reads task files (product.md, section 4) with their data, and checks every item before anything is spent on it.</summary>
public static class TaskReader
{
    /// <summary>Reads one task.</summary>
    /// <param name="yamlPath">The task file; its data lies in the same folder or below.</param>
    /// <param name="metric">A metric to score by instead of the file's own (an objective may name one); null keeps the file's.</param>
    /// <exception cref="TaskException">
    /// An unknown or unfitting key, a value that makes no sense, data outside the folder, a line that is no item, or an item without a field that a
    /// template names. The message gives file, line and, in the task file, column.
    /// </exception>
    public static TaskDefinition Read(string yamlPath, string? metric = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(yamlPath);
        var path = Path.GetFullPath(yamlPath);
        var values = new TaskValues(TaskDocument.Read(path));
        var kind = values.Kind();
        var scoring = values.Metric(kind, metric);
        values.RefuseUnfitting(kind);
        values.Require(kind, scoring);

        var data = values.DataPath(Path.GetDirectoryName(path)!);
        var items = DataFile.Read(data);
        var fewShot = values.FewShot(items.Length);
        var task = new TaskDefinition
        {
            Name = values.Text("name") ?? Path.GetFileNameWithoutExtension(path),
            Path = path,
            Kind = kind,
            Metric = scoring.Name,
            Prompt = values.Template("prompt"),
            Answer = values.Template("answer"),
            Choices = values.Templates("choices"),
            Text = values.Template("text"),
            Stop = values.Stop(),
            MaxTokens = values.Integer("max_tokens", 64, atLeast: 1),
            FewShot = fewShot,
            FewShotSeparator = values.Text("few_shot_separator") ?? "\n\n",
            Pattern = values.Pattern(scoring),
            IgnoreCase = values.Boolean("ignore_case", false),
            Strip = values.Boolean("strip", true),
            Items = items,
            ContentHash = "",
        };
        Check(task, data);
        task = task with { Items = items[..^fewShot], Examples = items[^fewShot..] };
        return task with { ContentHash = TaskHash.Of(task) };
    }

    /// <summary>Fills in every item once, the coming examples among them.</summary>
    private static void Check(TaskDefinition task, string data)
    {
        var renderer = new ItemRenderer(task);
        foreach (var item in task.Items)
        {
            try
            {
                renderer.Render(item);
            }
            catch (TemplateException exception)
            {
                throw new TaskException(data, item.Line, $"{exception.Message} (task {task.Path})", exception);
            }
        }
    }
}
