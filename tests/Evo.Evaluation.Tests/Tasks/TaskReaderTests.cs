using Evo.Evaluation.Tasks;
using Evo.Evaluation.Tests.Doubles;

namespace Evo.Evaluation.Tests.Tasks;

public sealed class TaskReaderTests : IDisposable
{
    private const string Arithmetic = """
        name: arithmetic
        kind: generate            # as in product.md
        data: data.jsonl
        prompt: "{question}="
        answer: "{answer}"
        stop: ["\n", ";"]
        max_tokens: 8
        metric: exact_match
        few_shot: 0
        """;

    private readonly TaskFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_the_task_of_the_product_page()
    {
        var task = _folder.Read(Arithmetic, """{"question": "1+2", "answer": "3"}""", "", """{"id": "x", "question": "2+2", "answer": 4}""");

        Assert.Equal("arithmetic", task.Name);
        Assert.Equal(TaskKind.Generate, task.Kind);
        Assert.Equal("exact_match", task.Metric);
        Assert.Equal("{question}=", task.Prompt);
        Assert.Equal("{answer}", task.Answer);
        Assert.Equal(["\n", ";"], task.Stop.AsEnumerable());
        Assert.Equal(8, task.MaxTokens);
        Assert.Equal(["1", "x"], task.Items.Select(item => item.Id));
        Assert.Equal([1, 3], task.Items.Select(item => item.Line));
        Assert.Matches("^[0-9a-f]{64}$", task.ContentHash);
    }

    [Fact]
    public void What_is_left_out_has_the_documented_default()
    {
        var task = _folder.Read("{kind: generate, data: data.jsonl, prompt: p, answer: a, metric: exact_match}", "{}");

        Assert.Equal("task", task.Name);
        Assert.Empty(task.Stop);
        Assert.Equal((64, 0, "\n\n", false, true), (task.MaxTokens, task.FewShot, task.FewShotSeparator, task.IgnoreCase, task.Strip));
    }

    [Fact]
    public void Examples_come_from_the_end_of_the_file_and_are_not_scored()
    {
        var task = _folder.Read(Arithmetic.Replace("few_shot: 0", "few_shot: 2", StringComparison.Ordinal),
            """{"question": "a", "answer": 1}""", """{"question": "b", "answer": 2}""", """{"question": "c", "answer": 3}""");

        Assert.Equal(["1"], task.Items.Select(item => item.Id));
        Assert.Equal(["2", "3"], task.Examples.Select(item => item.Id));
    }

    [Fact]
    public void An_objective_may_name_another_metric_and_the_options_of_the_files_own_do_not_matter_then()
    {
        const string Yaml = "{kind: generate, data: data.jsonl, prompt: p, answer: a, metric: regex, pattern: '[0-9]+'}";

        Assert.Equal("length", _folder.Read("length", Yaml, ["{}"]).Metric);
        Assert.Equal("f1", _folder.Read("f1", "{kind: generate, data: data.jsonl, prompt: p, answer: a}", ["{}"]).Metric);
        Assert.Equal("task.yaml: the metric accuracy does not fit a task of kind generate; these do: exact_match, contains, regex, f1, length",
            _folder.Refusal("accuracy", Yaml, ["{}"]));
        Assert.Equal("task.yaml: there is no metric 'lenght'; did you mean 'length'?", _folder.Refusal("lenght", Yaml, ["{}"]));
    }

    [Theory]
    [InlineData("length", true)]
    [InlineData("regex", true)]
    [InlineData("exact_match", false)]
    public void An_answer_may_be_left_out_only_where_the_metric_asks_for_none(string metric, bool allowed)
    {
        var yaml = $"{{kind: generate, data: data.jsonl, prompt: p, metric: {metric}{(metric == "regex" ? ", pattern: x" : "")}}}";

        if (allowed)
            Assert.Equal("", _folder.Read(yaml, "{}").Answer);
        else
            Assert.Contains("the key 'answer' is missing or empty", _folder.Refusal(yaml, "{}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Data_may_lie_in_a_folder_below()
    {
        _folder.Write("sets/a.jsonl", "{}");

        Assert.Single(_folder.Read("{kind: perplexity, data: sets/a.jsonl, text: x, metric: perplexity}").Items);
    }

    [Theory]
    [InlineData("generate", "prompt: p, answer: a", "exact_match")]
    [InlineData("multiple_choice", "prompt: p, choices: [a, b], answer: '0'", "accuracy_norm")]
    [InlineData("loglikelihood", "prompt: p, answer: a", "accuracy")]
    [InlineData("perplexity", "text: t", "bits_per_byte")]
    public void Every_kind_can_be_read(string kind, string keys, string metric)
        => Assert.Equal(metric, _folder.Read($"{{kind: {kind}, data: data.jsonl, {keys}, metric: {metric}}}", "{}").Metric);
}
