using System.Text.Json.Nodes;
using Evo.Evaluation.Tasks;
using Evo.Evaluation.Tests.Doubles;

namespace Evo.Evaluation.Tests.Tasks;

public sealed class ItemRendererTests : IDisposable
{
    private readonly TaskFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{a}", """{"a": "plain {b} \"text\""}""", "plain {b} \"text\"")]
    [InlineData("{a}{a}", """{"a": "x"}""", "xx")]
    [InlineData("{{a}} {a}", """{"a": "x"}""", "{a} x")]
    [InlineData("{a}", """{"a": 1.50}""", "1.50")]
    [InlineData("{a}", """{"a": 1e3}""", "1e3")]
    [InlineData("{a}", """{"a": true}""", "true")]
    [InlineData("{a}", """{"a": [1, "zwei & drei", {"b": null}]}""", """[1,"zwei & drei",{"b":null}]""")]
    [InlineData("{a.b}", """{"a": {"b": "deep"}}""", "deep")]
    [InlineData("{a.1.b}", """{"a": [0, {"b": "deep"}]}""", "deep")]
    [InlineData("{a.b}", """{"a.b": "the whole name comes first", "a": {"b": "deep"}}""", "the whole name comes first")]
    [InlineData("", """{}""", "")]
    public void Fields_are_put_in_as_invariant_text(string template, string fields, string text)
        => Assert.Equal(text, Template.Parse(template).Render(JsonNode.Parse(fields)!.AsObject()));

    [Theory]
    [InlineData("{b}", "there is no field 'b'; the item has a")]
    [InlineData("{a.b}", "there is no field 'a.b'; the item has a")]
    [InlineData("{a.2}", "there is no field 'a.2'; the item has a")]
    [InlineData("{a.-1}", "there is no field 'a.-1'; the item has a")]
    [InlineData("{a.1}", "the field 'a.1' is null")]
    public void A_field_that_is_not_there_is_refused(string template, string problem)
        => Assert.Equal(problem, Assert.Throws<TemplateException>(() => Template.Parse(template).Render(JsonNode.Parse("""{"a": ["x", null]}""")!.AsObject())).Message);

    [Fact]
    public void Solved_examples_stand_before_every_prompt()
    {
        var task = _folder.Read(
            """{kind: generate, data: data.jsonl, prompt: "{q}=", answer: "{a}", metric: f1, few_shot: 2, few_shot_separator: "\n"}""",
            """{"q": "1+1", "a": 2}""", """{"q": "1+2", "a": ["3", "three"]}""", """{"q": "1+3", "a": 4}""");

        var open = Assert.IsType<RenderedItem.Open>(new ItemRenderer(task).Render(task.Items[0]));

        Assert.Equal("1+2=3\n1+3=4\n1+1=", open.Prompt);
        Assert.Equal(["2"], open.Answers.AsEnumerable());
    }

    [Fact]
    public void An_answer_that_is_one_list_field_accepts_each_of_its_elements()
    {
        var task = _folder.Read("{kind: generate, data: data.jsonl, prompt: p, answer: '{a}', metric: f1}", """{"a": ["two", 2]}""");

        Assert.Equal(["two", "2"], ((RenderedItem.Open)new ItemRenderer(task).Render(task.Items[0])).Answers.AsEnumerable());
    }

    [Theory]
    [InlineData("'{choices}'", "'{label}'", """{"choices": ["x", "y"], "label": 1}""", 1)]
    [InlineData("'{choices}'", "'{label}'", """{"choices": ["x", "y"], "label": "1"}""", 1)]
    [InlineData("'{choices}'", "'{label}'", """{"choices": ["x", "y"], "label": "y"}""", 1)]
    [InlineData("'{choices}'", "'{label}'", """{"choices": ["1", "0"], "label": "0"}""", 1)] // a text that equals a choice is that choice
    [InlineData("'{choices}'", "'{label}'", """{"choices": [1, 0], "label": 0}""", 0)] // a number is an index
    [InlineData("['{x}', '{y}']", "'{label}'", """{"x": "no", "y": "yes", "label": "yes"}""", 1)]
    [InlineData("['{x}', '{y}']", "1", """{"x": "1", "y": "yes"}""", 1)] // and so is a number in the task file
    public void The_right_choice_is_named_by_index_or_by_its_text(string choices, string answer, string item, int right)
    {
        var task = _folder.Read($"{{kind: multiple_choice, data: data.jsonl, prompt: p, choices: {choices}, answer: {answer}, metric: accuracy}}", item);

        Assert.Equal(right, ((RenderedItem.Choice)new ItemRenderer(task).Render(task.Items[0])).Right);
    }

    [Theory]
    [InlineData("""{"choices": ["x", "y"], "label": 2}""", "answer: '2' is neither an index from 0 to 1 nor one of the choices")]
    [InlineData("""{"choices": ["x", "y"], "label": -1}""", "answer: '-1' is neither an index from 0 to 1 nor one of the choices")]
    [InlineData("""{"choices": ["x", "y"], "label": "z"}""", "answer: 'z' is neither an index from 0 to 1 nor one of the choices")]
    [InlineData("""{"choices": ["x", "x"], "label": "x"}""", "answer: two choices read 'x'; name the right one by its 0-based index")]
    [InlineData("""{"choices": ["x"], "label": 0}""", "choices: an item needs at least two choices")]
    [InlineData("""{"choices": "x", "label": 0}""", "choices: an item needs at least two choices")]
    [InlineData("""{"choices": ["x", ""], "label": 0}""", "choices: element 2 of the list is empty")]
    [InlineData("""{"choices": ["x", null], "label": 0}""", "choices: element 2 of the list is empty")]
    public void Choices_that_leave_the_right_one_open_are_refused(string item, string problem)
        => Assert.StartsWith($"data.jsonl:1: {problem}", _folder.Refusal(
            "{kind: multiple_choice, data: data.jsonl, prompt: p, choices: '{choices}', answer: '{label}', metric: accuracy}", item), StringComparison.Ordinal);
}
