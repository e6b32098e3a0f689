using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Evo.Evaluation.Tasks;

/// <summary>Fills a task's templates in, item by item, with the solved examples before every prompt.</summary>
internal sealed class ItemRenderer
{
    private readonly TaskKind _kind;
    private readonly Template _prompt;
    private readonly Template _answer;
    private readonly Template _text;
    private readonly ImmutableArray<Template> _choices;
    private readonly bool _hasAnswer;
    private readonly string _examples;

    /// <exception cref="TemplateException">A template of the task cannot be read, or an example cannot be filled in.</exception>
    internal ItemRenderer(TaskDefinition task)
    {
        _kind = task.Kind;
        _prompt = Template.Parse(task.Prompt);
        _answer = Template.Parse(task.Answer);
        _text = Template.Parse(task.Text);
        _choices = [.. task.Choices.Select(Template.Parse)];
        _hasAnswer = task.Answer.Length > 0;
        _examples = string.Concat(task.Examples.Select(example => Solved(example.Fields) + task.FewShotSeparator));
    }

    /// <exception cref="TemplateException">A field is missing, or what it holds makes no item; the message begins with the task's key.</exception>
    internal RenderedItem Render(TaskItem item) => _kind switch
    {
        TaskKind.Generate => new RenderedItem.Open(Prompt(item.Fields), _hasAnswer ? Answers(item.Fields) : []),
        TaskKind.MultipleChoice => Choice(item.Fields),
        TaskKind.LogLikelihood => new RenderedItem.Given(Prompt(item.Fields), Filled("answer", _answer, item.Fields)),
        _ => new RenderedItem.Given("", Filled("text", _text, item.Fields)),
    };

    private string Prompt(JsonObject fields) => _examples + Fill("prompt", _prompt, fields);

    private string Solved(JsonObject fields)
    {
        var prompt = Fill("prompt", _prompt, fields);
        if (_kind != TaskKind.MultipleChoice)
            return prompt + Answers(fields)[0];
        var choices = Choices(fields);
        return prompt + choices[Right(fields, choices)];
    }

    private ImmutableArray<string> Answers(JsonObject fields)
    {
        if (_kind != TaskKind.Generate || Single("answer", _answer, fields) is not JsonArray list)
            return [Filled("answer", _answer, fields)];
        if (list.Count == 0)
            throw new TemplateException("answer: the list of accepted answers is empty");
        return Texts("answer", list);
    }

    private RenderedItem.Choice Choice(JsonObject fields)
    {
        var choices = Choices(fields);
        return new RenderedItem.Choice(Prompt(fields), choices, Right(fields, choices));
    }

    private ImmutableArray<string> Choices(JsonObject fields)
    {
        var choices = _choices.Length == 1 && Single("choices", _choices[0], fields) is JsonArray list
            ? Texts("choices", list)
            : [.. _choices.Select(choice => Filled("choices", choice, fields))];
        return choices.Length >= 2 ? choices : throw new TemplateException("choices: an item needs at least two choices");
    }

    /// <summary>
    /// The right choice: a JSON number, or a number written in the task file itself, is an index; another text is the choice it equals, or an
    /// index when it equals none.
    /// </summary>
    private int Right(JsonObject fields, ImmutableArray<string> choices)
    {
        var text = Filled("answer", _answer, fields);
        var isIndex = _answer.IsConstant || Single("answer", _answer, fields)?.GetValueKind() == JsonValueKind.Number;
        var equal = isIndex ? -1 : choices.IndexOf(text);
        if (equal >= 0 && choices.LastIndexOf(text) != equal)
            throw new TemplateException($"answer: two choices read '{Short(text)}'; name the right one by its 0-based index");
        if (equal < 0 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < choices.Length)
            equal = index;
        return equal >= 0
            ? equal
            : throw new TemplateException($"answer: '{Short(text)}' is neither an index from 0 to {choices.Length - 1} nor one of the choices");
    }

    private static ImmutableArray<string> Texts(string key, JsonArray list)
    {
        var texts = ImmutableArray.CreateBuilder<string>(list.Count);
        foreach (var element in list)
        {
            var text = element is null ? "" : Template.AsText(element);
            texts.Add(text.Length > 0 ? text : throw new TemplateException($"{key}: element {texts.Count + 1} of the list is empty"));
        }

        return texts.MoveToImmutable();
    }

    private static string Filled(string key, Template template, JsonObject fields)
    {
        var text = Fill(key, template, fields);
        return text.Length > 0 ? text : throw new TemplateException($"{key}: the text is empty");
    }

    private static string Fill(string key, Template template, JsonObject fields) => Naming(key, () => template.Render(fields));

    private static JsonNode? Single(string key, Template template, JsonObject fields) => Naming(key, () => template.SingleField(fields));

    private static T Naming<T>(string key, Func<T> fill)
    {
        try
        {
            return fill();
        }
        catch (TemplateException exception)
        {
            throw new TemplateException($"{key}: {exception.Message}");
        }
    }

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
