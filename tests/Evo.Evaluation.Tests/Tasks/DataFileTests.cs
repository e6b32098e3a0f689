using System.Text;
using Evo.Evaluation.Tasks;
using Evo.Evaluation.Tests.Doubles;

namespace Evo.Evaluation.Tests.Tasks;

public sealed class DataFileTests : IDisposable
{
    private const string Sum = "{kind: loglikelihood, data: data.jsonl, prompt: '{question}=', answer: '{answer}', metric: accuracy}";

    private readonly TaskFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"question": 1,}""", "is no valid JSON near byte 16: ")]
    [InlineData("""["question"]""", "is no JSON object; write one {\"field\": value, ...} per line")]
    [InlineData("null", "is no JSON object; write one {\"field\": value, ...} per line")]
    [InlineData("""{"question": 1, "question": 2, "answer": 3}""", "is no valid JSON")]
    [InlineData("""{"question": "\ud800", "answer": 3}""", "has a string with half of a surrogate pair (\\ud800-\\udfff)")]
    [InlineData("""{"question": 1, "\udfff": 3}""", "has a string with half of a surrogate pair (\\ud800-\\udfff)")]
    [InlineData("""{"question": 1}""", "answer: there is no field 'answer'; the item has question (task ")]
    [InlineData("""{"question": 1, "answer": null}""", "answer: the field 'answer' is null (task ")]
    [InlineData("""{"question": 1, "answer": ""}""", "answer: the text is empty (task ")]
    [InlineData("""{"id": [], "question": 1, "answer": "x"}""", "the field 'id' must be a text or a number")]
    [InlineData("""{"id": null, "question": 1, "answer": "x"}""", "the field 'id' must be a text or a number")]
    [InlineData("""{"id": "", "question": 1, "answer": "x"}""", "the field 'id' is empty")]
    [InlineData("""{"id": "first", "question": 1, "answer": "x"}""", "the id 'first' stands on line 1 already; ids must differ")]
    public void A_line_that_is_no_item_of_the_task_is_refused(string line, string refusal)
        => Assert.StartsWith($"data.jsonl:3: {refusal}", _folder.Refusal(Sum, """{"id": "first", "question": 1, "answer": 1}""", "  ", line), StringComparison.Ordinal);

    [Fact]
    public void A_number_and_a_text_that_read_the_same_are_the_same_id()
        => Assert.Equal("data.jsonl:2: the id '7' stands on line 1 already; ids must differ",
            _folder.Refusal(Sum, """{"id": "7", "question": 1, "answer": 1}""", """{"id": 7, "question": 1, "answer": 1}"""));

    [Fact]
    public void The_coming_examples_are_checked_as_well()
        => Assert.StartsWith("data.jsonl:2: answer: there is no field 'answer'",
            _folder.Refusal(Sum[..^1] + ", few_shot: 1}", """{"question": 1, "answer": 1}""", """{"question": 1}"""), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("\n  \n\t\r\n")]
    public void A_file_without_items_is_refused(string text)
        => Assert.Equal("data.jsonl: has no items; it needs one JSON object per line", _folder.Refusal(Sum, text));

    [Fact]
    public void A_byte_order_mark_windows_line_ends_and_a_missing_last_line_end_are_taken_as_they_are_meant()
    {
        var path = _folder.Write("x.jsonl", "\uFEFF{\"a\": 1}\r\n{\"a\": 2}");

        Assert.Equal([1, 2], DataFile.Read(path).Select(item => item.Line));
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_refused()
    {
        var path = _folder.Write("x.jsonl", "");
        File.WriteAllBytes(path, [.. Encoding.UTF8.GetBytes("{\"a\": \""), 0xFF, .. Encoding.UTF8.GetBytes("\"}")]);

        Assert.Equal($"{path}:1: is no valid UTF-8", Assert.Throws<TaskException>(() => DataFile.Read(path)).Message);
    }

    [Fact]
    public void Nesting_without_end_is_refused_and_does_not_take_the_process_down()
        => Assert.StartsWith("data.jsonl:1: is no valid JSON", _folder.Refusal(Sum, "{\"a\":" + new string('[', 100_000)), StringComparison.Ordinal);
}
