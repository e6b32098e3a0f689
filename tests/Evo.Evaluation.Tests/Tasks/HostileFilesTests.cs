using System.Text;
using Evo.Evaluation.Tasks;
using Evo.Evaluation.Tests.Doubles;
using FsCheck;
using FsCheck.Fluent;

namespace Evo.Evaluation.Tests.Tasks;

/// <summary>Task files and data may come from anybody: whatever stands in them is read or refused, and nothing else happens.</summary>
public sealed class HostileFilesTests : IDisposable
{
    private static readonly string[] Tasks =
    [
        "name: n\nkind: generate\ndata: data.jsonl\nprompt: \"{q.0}=\"\nanswer: '{a}'\nstop: [\"\\n\", ;]\nmax_tokens: 8\nmetric: regex\npattern: '#(\\d+)'\nfew_shot: 1\n",
        "{kind: multiple_choice, data: data.jsonl, prompt: '{{{a}}}', choices: '{q}', answer: '{n}', metric: accuracy_norm, few_shot: 1}",
        "kind: loglikelihood\ndata: data.jsonl\nprompt: ''\nanswer: |\n  {a}\nmetric: mean_loss\n",
        "kind: perplexity\ndata: data.jsonl\ntext: >-\n  {a} {q.1}\nmetric: perplexity\n",
    ];

    private const string Data = "{\"id\": \"x\", \"q\": [\"1\", \"\\u00e9\"], \"a\": \"1\", \"n\": 1}\n\n{\"q\": [\"a\", 2.50], \"a\": [\"b\"], \"n\": \"a\"}\n";

    private static readonly string[] Splinters =
    [
        "{", "}", "[", "]", "\"", "'", ":", ": ", ",", "\n", "\t", "- ", "&a ", "*a", "!!int ", "|\n", ">", "%", "@", "`", "#", "? ", "--- ", "...", "\\", "\\ud800",
        "\0", "\uFEFF", "\u2028", "é", "😀", "null", "~", "0", "-1", "1e999", "99999999999999999999", "true", "../", "/", "few_shot", "answer", "{q}", "{a.b}", "(", "*",
    ];

    /// <summary>Where to cut, how much to take away, what to put there instead.</summary>
    private static readonly Gen<(int At, int Length, string Instead)[]> Edits =
        (from at in Gen.Choose(0, 400)
         from length in Gen.Choose(0, 6)
         from instead in Gen.Elements(Splinters)
         select (at, length, instead)).ArrayOf().Resize(6);

    private readonly TaskFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Damaged_task_files_are_read_or_refused()
        => Check(from task in Gen.Elements(Tasks) from edits in Edits select (Damaged(task, edits), Encoding.UTF8.GetBytes(Data)));

    [Fact]
    public void Damaged_data_is_read_or_refused()
        => Check(from task in Gen.Elements(Tasks) from edits in Edits select (task, Encoding.UTF8.GetBytes(Damaged(Data, edits))));

    [Fact]
    public void Data_of_damaged_bytes_is_read_or_refused()
        => Check(from task in Gen.Elements(Tasks)
                 from at in Gen.Choose(0, Data.Length)
                 from bytes in ArbMap.Default.GeneratorFor<byte[]>()
                 select (task, (byte[])[.. Encoding.UTF8.GetBytes(Data)[..at], .. bytes, .. Encoding.UTF8.GetBytes(Data)[at..]]));

    [Fact]
    public void The_undamaged_ones_are_read()
    {
        foreach (var task in Tasks)
            Assert.True(IsRead(task, Encoding.UTF8.GetBytes(Data)));
    }

    [Theory]
    [InlineData('[', "'stop' takes a value or a list of values")]
    [InlineData('{', "'stop' takes a value or a list of values")]
    public void Nesting_without_end_is_refused_and_does_not_take_the_process_down(char bracket, string refusal)
        => Assert.Contains(refusal, _folder.Refusal($"kind: generate\nstop: {new string(bracket, 200_000)}", "{}"), StringComparison.Ordinal);

    [Fact]
    public void Aliases_that_would_grow_without_end_are_refused()
        => Assert.Equal("task.yaml:2:10: 'b' takes a value or a list of values, without nesting, anchors or aliases",
            _folder.Refusal("a: &a [lol, lol]\nb: &b [  *a, *a, *a]\nc: [*b, *b, *b]", "{}"));

    private void Check(Gen<(string Task, byte[] Data)> files)
        => Prop.ForAll(files.ToArbitrary(), file => { IsRead(file.Task, file.Data); }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    /// <summary>True when the task is read, false when it is refused; any other exception escapes and fails the test.</summary>
    private bool IsRead(string yaml, byte[] data)
    {
        File.WriteAllBytes(Path.Combine(_folder.Path, "data.jsonl"), data);
        var path = Path.Combine(_folder.Path, "task.yaml");
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes(yaml));
        try
        {
            var task = TaskReader.Read(path);
            Assert.All(task.Items, item => new ItemRenderer(task).Render(item));
            return true;
        }
        catch (TaskException exception)
        {
            Assert.StartsWith(_folder.Path, exception.Message, StringComparison.Ordinal);
            return false;
        }
    }

    private static string Damaged(string text, (int At, int Length, string Instead)[] edits)
    {
        foreach (var (at, length, instead) in edits)
        {
            var start = Math.Min(at, text.Length);
            text = text[..start] + instead + text[Math.Min(start + length, text.Length)..];
        }

        return text;
    }
}
