using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Evo.Evaluation.Tasks;
using Evo.Merging;

namespace Evo.Evaluation.Calibration;

/// <summary>Reads the texts that models are calibrated on.</summary>
internal static class CalibrationTexts
{
    private static readonly string[] Answers = ["completion", "response", "answer"];

    /// <summary>
    /// The texts of a file, in its order: <c>.jsonl</c>, one object a line with <c>text</c>, or with <c>prompt</c> and <c>completion</c>, <c>response</c> or
    /// <c>answer</c>; <c>.txt</c>, texts parted by blank lines; a task's <c>.yaml</c>, whose items are prompts with their right answers.
    /// </summary>
    /// <exception cref="RecipeException">The file is missing, of another kind, or has no text.</exception>
    /// <exception cref="TaskException">A line is no valid JSON, or the task cannot be read.</exception>
    public static ImmutableArray<string> Read(string path)
    {
        if (!File.Exists(path))
            throw new RecipeException($"calibration: there is no file '{path}'; 'texts' names a .jsonl, .txt or a task's .yaml, relative to the recipe");
        ImmutableArray<string> texts = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".JSONL" => [.. DataFile.Read(path).Select(item => Text(path, item))],
            ".TXT" => Paragraphs(File.ReadAllText(path, Encoding.UTF8)),
            ".YAML" or ".YML" => OfTask(TaskReader.Read(path)),
            _ => throw new RecipeException($"calibration: '{path}' is no .jsonl, .txt or a task's .yaml"),
        };
        return texts.IsEmpty ? throw new RecipeException($"calibration: '{path}' holds no text") : texts;
    }

    private static string Text(string path, TaskItem item)
    {
        if (Field(item.Fields, "text") is { } text)
            return text;
        if (Field(item.Fields, "prompt") is { } prompt)
            return prompt + Answers.Select(key => Field(item.Fields, key)).FirstOrDefault(answer => answer is not null);
        throw new TaskException(path, item.Line, "has neither 'text' nor 'prompt'; calibration needs one of them as a text");
    }

    private static string? Field(JsonObject fields, string key) =>
        fields[key] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;

    /// <summary>Texts parted by blank lines.</summary>
    public static ImmutableArray<string> Paragraphs(string text)
    {
        var paragraphs = ImmutableArray.CreateBuilder<string>();
        var paragraph = new StringBuilder();
        foreach (var line in text.TrimStart('\uFEFF').Split('\n').Append(""))
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                paragraph.Append(paragraph.Length > 0 ? "\n" : "").Append(line.TrimEnd('\r'));
            }
            else if (paragraph.Length > 0)
            {
                paragraphs.Add(paragraph.ToString());
                paragraph.Clear();
            }
        }

        return paragraphs.ToImmutable();
    }

    private static ImmutableArray<string> OfTask(TaskDefinition task)
    {
        var renderer = new ItemRenderer(task);
        return
        [
            .. task.Items.Select(renderer.Render).Select(item => item switch
            {
                RenderedItem.Open open => open.Prompt + open.Answers.FirstOrDefault(),
                RenderedItem.Choice choice => choice.Prompt + choice.Choices[choice.Right],
                RenderedItem.Given given => given.Prompt + given.Text,
                _ => throw new InvalidOperationException($"unknown item {item.GetType().Name}"),
            }),
        ];
    }
}
