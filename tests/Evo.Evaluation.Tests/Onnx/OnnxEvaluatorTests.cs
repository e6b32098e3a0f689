using System.Collections.Immutable;
using Evo.Checkpoints.Weights;
using Evo.Evaluation.Onnx;
using Evo.Evaluation.Outcomes;
using Evo.Evaluation.Scoring;
using Evo.Evaluation.Tasks;
using Evo.Evaluation.Tests.Doubles;
using Evo.Inference;

namespace Evo.Evaluation.Tests.Onnx;

public sealed class OnnxEvaluatorTests : IDisposable
{
    private const string Sums = """{kind: generate, data: data.jsonl, prompt: "{q}=", answer: "{a}", stop: [";"], max_tokens: 4, metric: exact_match}""";

    private readonly TaskFolder _folder = new();
    private readonly CpuWeights _weights = new(new WeightLayout([]));

    public void Dispose()
    {
        _weights.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Generated_answers_are_scored_item_by_item_in_the_order_asked_for()
    {
        var task = _folder.Read(Sums, """{"q": "1+1", "a": 2}""", """{"q": "1+2", "a": 3}""", """{"q": "1+3", "a": 4}""");
        using var evaluator = Evaluator(new ScriptedModel { Answer = prompt => prompt switch { "1+1=" => "2;", "1+2=" => "4", _ => "44444" } });

        var results = await Scored(evaluator, task, [task.Items[2], task.Items[0], task.Items[1]]);

        Assert.Equal(
            [
                new ItemResult("3", 0, 1, FinishReason.Length, 4, 4, Truncated: true, "4444"),
                new ItemResult("1", 1, 1, FinishReason.Stop, 4, 2, Truncated: false, "2"),
                new ItemResult("2", 0, 1, FinishReason.EndOfText, 4, 1, Truncated: false, "4"),
            ],
            results.AsEnumerable());
    }

    [Fact]
    public async Task A_cut_prompt_counts_as_truncated_even_when_the_answer_is_right()
    {
        var task = _folder.Read(Sums, """{"q": "1+1+1+1", "a": 4}""");
        using var evaluator = Evaluator(new ScriptedModel { Answer = _ => "4;", ContextLength = 8 });

        Assert.Equal([new ItemResult("1", 1, 1, FinishReason.Stop, 4, 2, Truncated: true, "4")], (await Scored(evaluator, task)).AsEnumerable());
    }

    [Theory]
    [InlineData("accuracy", 0, "bb")] // 4 bits against 7
    [InlineData("accuracy_norm", 1, "aacb")] // 2 bits a byte against 7/4
    public async Task Choices_are_rated_after_the_prompt(string metric, double score, string output)
    {
        var task = _folder.Read(
            $$"""{kind: multiple_choice, data: data.jsonl, prompt: "p", choices: "{c}", answer: "1", metric: {{metric}}}""", """{"c": ["bb", "aacb"]}""");
        using var evaluator = Evaluator(new ScriptedModel());

        Assert.Equal([new ItemResult("1", score, 1, null, 2, 6, Truncated: false, output)], (await Scored(evaluator, task)).AsEnumerable());
    }

    [Fact]
    public async Task An_answers_loss_is_measured_after_its_context()
    {
        var model = new ScriptedModel();
        var task = _folder.Read(
            """{kind: loglikelihood, data: data.jsonl, prompt: "{q}", answer: "{a}", metric: bits_per_byte}""", """{"q": "xyz", "a": "ab"}""", """{"q": "", "a": "bcc"}""");
        using var evaluator = Evaluator(model);

        var results = await Scored(evaluator, task);

        Assert.Equal([(3, 2), (1, 3)], results.Select(item => (item.PromptTokens, item.Tokens)));
        Assert.Equal((3 + 8) / 5.0, Metrics.Of(task).Estimate(results).Value, 6);
        Assert.Equal([ByteTokenizer.End], model.Scored[1].Context.ToArray());
    }

    [Theory]
    [InlineData("aaaaa", 1)]
    [InlineData("aabaa", 0)] // the one unlikely token lies in the second window
    public async Task An_answer_is_accurate_when_every_window_of_it_is(string answer, double score)
    {
        var task = _folder.Read($"{{kind: loglikelihood, data: data.jsonl, prompt: '', answer: {answer}, metric: accuracy}}", "{}");
        using var evaluator = Evaluator(new ScriptedModel { ContextLength = 3 });

        Assert.Equal(score, Assert.Single(await Scored(evaluator, task)).Score);
    }

    [Fact]
    public async Task A_context_cut_for_one_choice_is_the_items()
    {
        var task = _folder.Read("{kind: multiple_choice, data: data.jsonl, prompt: ppp, choices: [aaaa, a], answer: 0, metric: accuracy}", "{}");
        using var evaluator = Evaluator(new ScriptedModel { ContextLength = 5 });

        Assert.True(Assert.Single(await Scored(evaluator, task)).Truncated);
    }

    [Fact]
    public async Task What_the_model_cuts_counts_as_truncated()
    {
        var task = _folder.Read("{kind: perplexity, data: data.jsonl, text: a, metric: perplexity}", "{}");
        using var evaluator = Evaluator(new ScriptedModel { Cuts = true });

        Assert.True(Assert.Single(await Scored(evaluator, task)).Truncated);
    }

    [Fact]
    public async Task A_long_text_is_rated_in_windows_and_is_one_item()
    {
        var task = _folder.Read("{kind: perplexity, data: data.jsonl, text: '{t}', metric: perplexity}", """{"t": "aaaab"}""", """{"t": "b"}""");
        using var evaluator = Evaluator(new ScriptedModel { ContextLength = 3 });

        var results = await Scored(evaluator, task);

        Assert.Equal([(3, 5, false), (1, 1, false)], results.Select(item => (item.PromptTokens, item.Tokens, item.Truncated)));
        Assert.Equal(6 / 5.0 * Math.Log(2), results[0].Score, 6);
        Assert.Equal(Math.Pow(2, 8 / 6.0), Metrics.Of(task).Estimate(results).Value, 5); // 8 bits on 6 tokens
    }

    [Fact]
    public async Task Prompts_are_tokenised_once_for_all_candidates()
    {
        using var tokenizer = new ByteTokenizer();
        var task = _folder.Read(Sums, """{"q": "1+1", "a": 2}""", """{"q": "1+2", "a": 3}""");
        using var evaluator = Evaluator(new ScriptedModel { Tokenizer = tokenizer, Answer = _ => "" });
        await Scored(evaluator, task, [task.Items[0]]);
        var first = tokenizer.Calls;

        await Scored(evaluator, task, [task.Items[0]]);

        Assert.Equal(first + 1, tokenizer.Calls); // the scripted answer's own
    }

    [Fact]
    public async Task No_items_are_no_work() => Assert.Empty(await Scored(Evaluator(new ScriptedModel()), _folder.Read(Sums, """{"q": 1, "a": 2}"""), []));

    [Fact]
    public async Task A_model_that_is_not_finite_is_the_candidates_fault()
    {
        var task = _folder.Read(Sums, """{"q": "1+1", "a": 2}""");
        using var thrown = Evaluator(new ScriptedModel { Before = () => throw new NonFiniteModelException("NaN in the logits") });
        Assert.Equal(new EvaluationOutcome.CandidateInvalid("NaN in the logits"), await Evaluate(thrown, task));

        var text = _folder.Read("{kind: perplexity, data: data.jsonl, text: x, metric: perplexity}", "{}");
        using var silent = Evaluator(new ScriptedModel { Probability = _ => double.NaN });
        Assert.Equal(new EvaluationOutcome.CandidateInvalid("item '1': a log-likelihood is NaN"), await Evaluate(silent, text));
    }

    [Fact]
    public async Task Any_other_failure_is_the_machines()
    {
        var task = _folder.Read(Sums, """{"q": "1+1", "a": 2}""");
        using var evaluator = Evaluator(new ScriptedModel { Before = () => throw new OperationCanceledException("session ended") });

        Assert.Equal(
            new EvaluationOutcome.InfrastructureFailed("task task: OperationCanceledException: session ended"), await Evaluate(evaluator, task));
    }

    [Fact]
    public async Task Another_candidates_buffer_is_never_scored()
    {
        var task = _folder.Read(Sums, """{"q": "1+1", "a": 2}""");
        var model = new ScriptedModel();
        using var evaluator = Evaluator(model);
        using var other = new CpuWeights(new WeightLayout([]));

        var outcome = await evaluator.EvaluateAsync(new Candidate("c", other), task, task.Items, CancellationToken.None);

        Assert.IsType<EvaluationOutcome.InfrastructureFailed>(outcome);
        Assert.Empty(model.Generated);
    }

    [Fact]
    public async Task Cancelling_is_the_only_thing_that_throws()
    {
        using var cancelled = new CancellationTokenSource();
        var task = _folder.Read(Sums, """{"q": "1+1", "a": 2}""");
        using var between = Evaluator(new ScriptedModel { Before = cancelled.Cancel });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Evaluate(between, task, cancelled.Token));

        using var failing = Evaluator(new ScriptedModel { Before = () => throw new IOException("the session was torn down") });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Evaluate(failing, task, cancelled.Token));
    }

    [Fact]
    public void The_model_goes_with_the_evaluator_and_the_buffer_does_not()
    {
        var model = new ScriptedModel();
        Evaluator(model).Dispose();

        Assert.True(model.Disposed);
        Assert.Equal(0, _weights.Layout.ElementCount);
    }

    private OnnxEvaluator Evaluator(ILanguageModel model) => new(model, _weights);

    private Task<EvaluationOutcome> Evaluate(OnnxEvaluator evaluator, TaskDefinition task, CancellationToken cancellation = default)
        => evaluator.EvaluateAsync(new Candidate("c", _weights), task, task.Items, cancellation);

    private async Task<ImmutableArray<ItemResult>> Scored(OnnxEvaluator evaluator, TaskDefinition task, TaskItem[]? items = null)
        => Assert.IsType<EvaluationOutcome.Scored>(
            await evaluator.EvaluateAsync(new Candidate("c", _weights), task, items ?? [.. task.Items], CancellationToken.None)).Items;
}
