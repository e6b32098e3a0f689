using Evo.Evaluation.Tasks;
using Evo.Evaluation.Tests.Doubles;

namespace Evo.Evaluation.Tests.Tasks;

/// <summary>Whatever is wrong with a task is refused before anything is spent, with the place and the way out.</summary>
public sealed class TaskRefusalTests : IDisposable
{
    private readonly TaskFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("metrik: f1", "task.yaml:5:1: unknown key 'metrik'; did you mean 'metric'?")]
    [InlineData("zzz: 1", "task.yaml:5:1: unknown key 'zzz'; there are name, kind, data, metric, prompt, answer, stop, max_tokens, few_shot, few_shot_separator, ignore_case, strip, pattern")]
    [InlineData("text: x", "task.yaml:5:1: 'text' means nothing for a task of kind generate")]
    [InlineData("pattern: x", "task.yaml:5:1: 'pattern' means nothing for the metric exact_match")]
    [InlineData("max_tokens: 0", "task.yaml:5:13: 'max_tokens' must be a whole number of at least 1, not '0'")]
    [InlineData("max_tokens: 1.5", "task.yaml:5:13: 'max_tokens' must be a whole number of at least 1, not '1.5'")]
    [InlineData("max_tokens: [1]", "task.yaml:5:1: 'max_tokens' takes one value, not a list")]
    [InlineData("few_shot: 1", "task.yaml:5:11: few_shot: 1 takes all 1 items and leaves none to score")]
    [InlineData("strip: yes", "task.yaml:5:8: 'strip' must be true or false, not 'yes'")]
    [InlineData("stop: ['']", "task.yaml:5:8: an empty stop text would end every answer before it begins")]
    [InlineData("stop:", "task.yaml:5:6: 'stop' has no value; write \"\" for an empty text, or leave the key out")]
    [InlineData("stop: {a: b}", "task.yaml:5:7: 'stop' takes a value or a list of values, without nesting, anchors or aliases")]
    [InlineData("kind: generate", "task.yaml:5:1: the key 'kind' stands on line 1 already")]
    [InlineData("--- {}", "task.yaml:5:1: one file holds one task; put the second document into a file of its own")]
    public void A_key_that_cannot_be_meant_is_refused_at_its_place(string line, string refusal)
        => Assert.Equal(refusal, _folder.Refusal($"kind: generate\ndata: data.jsonl\nmetric: exact_match\n{{0}}\n{line}".Replace("{0}", "prompt: p", StringComparison.Ordinal)
            + (line.StartsWith("---", StringComparison.Ordinal) ? "" : "\nanswer: a"), "{}"));

    [Theory]
    [InlineData("kind: generat", "task.yaml:1:7: there is no kind of task 'generat'; did you mean 'generate'?")]
    [InlineData("data: x", "task.yaml: the key 'kind' is missing")]
    [InlineData("kind: perplexity\ndata: x", "task.yaml: the key 'metric' is missing")]
    [InlineData("kind: perplexity\nmetric: perplexity\ntext: t", "task.yaml: the key 'data' is missing")]
    [InlineData("kind: perplexity\nmetric: f1", "task.yaml:2:9: the metric f1 does not fit a task of kind perplexity; these do: mean_loss, bits_per_byte, perplexity")]
    [InlineData("kind: perplexity\nmetric: perplex", "task.yaml:2:9: there is no metric 'perplex'; did you mean 'perplexity'?")]
    [InlineData("kind: multiple_choice\nmetric: accuracy\nprompt: p\nanswer: '0'", "task.yaml: the key 'choices' is missing or empty; kind multiple_choice with metric accuracy needs it")]
    [InlineData("kind: generate\nmetric: f1\nprompt: p\nanswer: ''", "task.yaml: the key 'answer' is missing or empty; kind generate with metric f1 needs it")]
    [InlineData("kind: generate\nmetric: regex\nprompt: p\ndata: data.jsonl", "task.yaml: the metric regex needs the key 'pattern'")]
    [InlineData("", "task.yaml: is empty; a task needs at least kind, data and metric")]
    [InlineData("[a]", "task.yaml:1:1: a task file is a mapping of keys to values")]
    [InlineData("[a]: b", "task.yaml:1:1: a key must be plain text")]
    [InlineData("? [a]\n: b", "task.yaml:1:3: a key must be plain text")]
    public void A_task_without_what_it_needs_is_refused(string yaml, string refusal) => Assert.Equal(refusal, _folder.Refusal(yaml, "{}"));

    [Fact]
    public void Broken_yaml_is_refused_at_its_place()
        => Assert.StartsWith("task.yaml:2:7: is no valid YAML: ", _folder.Refusal("kind: generate\ndata: \"x\nmetric: f1", "{}"), StringComparison.Ordinal);

    [Fact]
    public void Yaml_that_the_parser_trips_over_is_refused_where_it_stopped()
        => Assert.Equal("task.yaml:2:7: is no valid YAML from here on", _folder.Refusal("kind: generate\nstop: ['x'#d\nz: 1", "{}"));

    [Theory]
    [InlineData("[0-9", "task.yaml:1:82: pattern: Invalid pattern")]
    [InlineData("(?=a)b", "task.yaml:1:82: pattern: ")]
    public void A_pattern_that_is_none_or_that_could_stall_a_search_is_refused(string pattern, string refusal)
        => Assert.StartsWith(refusal, _folder.Refusal(
            $"{{kind: generate, data: data.jsonl, prompt: p, answer: a, metric: regex, pattern: '{pattern}'}}", "{}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("a {b", "prompt: the '{' at character 3 is never closed; write '{{' for the brace itself")]
    [InlineData("a {b{c}}", "prompt: the '{' at character 3 is never closed; write '{{' for the brace itself")]
    [InlineData("a } b", "prompt: the '}' at character 3 closes nothing; write '}}' for the brace itself")]
    [InlineData("{}", "prompt: '{}' at character 1 names no field")]
    public void A_template_with_a_loose_brace_is_refused(string prompt, string refusal)
        => Assert.Equal($"task.yaml:1:44: {refusal}", _folder.Refusal(
            $"{{kind: generate, data: data.jsonl, prompt: '{prompt}', answer: a, metric: f1}}", "{}"));

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../data.jsonl")]
    [InlineData("a/../../data.jsonl")]
    [InlineData("link.jsonl")]
    [InlineData("link/data.jsonl")]
    public void Data_outside_the_task_files_folder_is_refused(string data)
    {
        using var outside = new TaskFolder();
        var target = outside.Write("data.jsonl", "{}");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "link.jsonl"), target);
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "link"), outside.Path);

        Assert.Equal(
            $"task.yaml:1:26: '{data}' leads out of the task file's folder; put the data beside the task file and name it relative to that",
            _folder.Refusal($"{{kind: perplexity, data: '{data}', text: t, metric: perplexity}}", "{}"));
    }

    [Fact]
    public void A_task_may_stand_in_the_root_folder()
        => Assert.Equal("/data.jsonl", DataPath.Resolve("/", "data.jsonl", out _));

    [Fact]
    public void A_link_that_stays_inside_is_followed()
    {
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "link.jsonl"), "data.jsonl");

        Assert.Single(_folder.Read("{kind: perplexity, data: link.jsonl, text: t, metric: perplexity}", "{}").Items);
    }

    [Theory]
    [InlineData("nowhere.jsonl")]
    [InlineData(".")]
    public void Missing_data_is_refused(string data)
        => Assert.Matches(@"task\.yaml:1:26|the task's data cannot be read", _folder.Refusal($"{{kind: perplexity, data: {data}, text: t, metric: perplexity}}", "{}"));
}
