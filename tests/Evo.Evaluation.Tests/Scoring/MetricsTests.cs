using Evo.Evaluation.Outcomes;
using Evo.Evaluation.Scoring;
using Evo.Evaluation.Tasks;

namespace Evo.Evaluation.Tests.Scoring;

public sealed class MetricsTests
{
    [Theory]
    [InlineData("exact_match", true, Aggregation.Mean, "Generate")]
    [InlineData("contains", true, Aggregation.Mean, "Generate")]
    [InlineData("regex", true, Aggregation.Mean, "Generate")]
    [InlineData("f1", true, Aggregation.Mean, "Generate")]
    [InlineData("length", false, Aggregation.Mean, "Generate")]
    [InlineData("accuracy", true, Aggregation.Mean, "MultipleChoice LogLikelihood")]
    [InlineData("accuracy_norm", true, Aggregation.Mean, "MultipleChoice")]
    [InlineData("log_likelihood", true, Aggregation.Mean, "LogLikelihood MultipleChoice")]
    [InlineData("mean_loss", false, Aggregation.Mean, "LogLikelihood MultipleChoice Perplexity")]
    [InlineData("bits_per_byte", false, Aggregation.Mean, "LogLikelihood MultipleChoice Perplexity")]
    [InlineData("perplexity", false, Aggregation.ExponentialOfMean, "Perplexity LogLikelihood")]
    public void Every_metric_declares_its_direction_and_its_kinds(string name, bool higher, Aggregation aggregation, string kinds)
    {
        var metric = Metrics.Find(name)!;

        Assert.Equal((higher, aggregation, kinds), (metric.HigherIsBetter, metric.Aggregation, string.Join(' ', metric.Kinds)));
    }

    [Fact]
    public void There_are_no_others() => Assert.Equal(11, Metrics.All.Select(metric => metric.Name).Distinct().Count());

    [Theory]
    [InlineData("exact_match", " 42\n", "42", 1)]
    [InlineData("exact_match", "42.", "42", 0)]
    [InlineData("exact_match", "Yes", "yes", 0)]
    [InlineData("exact_match", "b", "a|b", 1)]
    [InlineData("contains", "it is 42.", "42", 1)]
    [InlineData("contains", "it is 43.", "42", 0)]
    [InlineData("f1", "The cat, sat!", "a cat SAT", 1)]
    [InlineData("f1", "cat sat down", "the cat", 0.5)] // 1 common of 3 and 1: P 1/3, R 1, F1 = 2·(1/3)/(4/3)
    [InlineData("f1", "cat cat", "cat dog dog", 0.4)] // a word counts as often as both have it: 2·1/(2+3)
    [InlineData("f1", "dog", "cat|big dog", 2 / 3.0)] // the best of the answers
    [InlineData("f1", "...", "the", 1)]
    [InlineData("f1", "", "cat", 0)]
    public void Texts_are_scored_against_the_answers(string metric, string text, string answers, double score)
        => Assert.Equal(score, Score(Task(metric), text, answers), 12);

    [Theory]
    [InlineData("exact_match", "YES", 1)]
    [InlineData("contains", "oh YES", 1)]
    public void Case_may_be_ignored(string metric, string text, double score)
        => Assert.Equal(score, Score(Task(metric) with { IgnoreCase = true }, text, "yes"));

    [Fact]
    public void White_space_may_count() => Assert.Equal(0, Score(Task("exact_match") with { Strip = false }, "yes ", "yes"));

    [Theory]
    [InlineData("#### (-?[0-9]+)", "so #### 42 and #### 43", "42", 1)] // the first match, and of it group 1
    [InlineData("#### (-?[0-9]+)", "so #### 43", "42", 0)]
    [InlineData("#### (-?[0-9]+)", "42", "42", 0)]
    [InlineData("[0-9]+", "it is 42.", "42", 1)]
    [InlineData("^[0-9]+$", "42", "", 1)] // without answers a match is enough
    [InlineData("^[0-9]+$", "no", "", 0)]
    public void A_pattern_takes_the_answer_out_of_the_text(string pattern, string text, string answers, double score)
        => Assert.Equal(score, Score(Task("regex") with { Pattern = pattern }, text, answers));

    [Fact]
    public void Length_counts_tokens()
        => Assert.Equal(7, Metrics.Find("length")!.For(Task("length"))(new Response.Generated("any", 7, [])).Score);

    [Theory]
    [InlineData("accuracy", 0)] // -3 > -4
    [InlineData("accuracy_norm", 1)] // -3/2 < -4/8
    [InlineData("log_likelihood", -4)]
    [InlineData("mean_loss", 2)]
    public void Choices_are_compared_and_a_loss_is_the_right_ones(string metric, double score)
    {
        var chosen = new Response.Chosen([new RatedText(-3, 1, 2, false), new RatedText(-4, 2, 8, false)], Right: 1);

        Assert.Equal(score, Metrics.Find(metric)!.For(Task(metric))(chosen).Score);
    }

    [Fact]
    public void Of_equally_likely_choices_the_first_is_taken()
    {
        var chosen = new Response.Chosen([new RatedText(-3, 1, 1, false), new RatedText(-3, 1, 1, false)], Right: 1);

        Assert.Equal(new Measurement(0, 1, 0), LikelihoodScores.Accuracy(chosen));
    }

    [Fact]
    public void Losses_are_weighted_by_what_they_are_per()
    {
        var rated = new Response.Rated(new RatedText(-8 * Math.Log(2), 4, 16, false));

        Assert.Equal(new Measurement(2 * Math.Log(2), 4), LikelihoodScores.NatsPerToken(rated));
        Assert.Equal(0.5, LikelihoodScores.BitsPerByte(rated).Score, 12);
        Assert.Equal(16, LikelihoodScores.BitsPerByte(rated).Weight);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void A_given_text_is_accurate_when_greedy_decoding_would_give_it(bool greedy, double score)
        => Assert.Equal(score, LikelihoodScores.Accuracy(new Response.Rated(new RatedText(-1, 1, 1, greedy))).Score);

    private static double Score(TaskDefinition task, string text, string answers)
        => Metrics.Of(task).For(task)(new Response.Generated(text, 1, [.. answers.Split('|', StringSplitOptions.RemoveEmptyEntries)])).Score;

    private static TaskDefinition Task(string metric)
        => new() { Name = "t", Path = "t.yaml", Kind = TaskKind.Generate, Metric = metric, Items = [], ContentHash = "" };
}
