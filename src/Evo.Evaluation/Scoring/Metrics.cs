using System.Collections.Immutable;
using Evo.Evaluation.Outcomes;
using Evo.Evaluation.Tasks;
using static Evo.Evaluation.Tasks.TaskKind;

namespace Evo.Evaluation.Scoring;

/// <summary>The metrics that there are.</summary>
public static class Metrics
{
    /// <summary>Every metric, in the order in which they are listed to people.</summary>
    public static ImmutableArray<Metric> All { get; } =
    [
        new(OnText(task => TextScores.ExactMatch(task.IgnoreCase, task.Strip)))
        {
            Name = "exact_match", Description = "share of answers that equal an expected answer", HigherIsBetter = true,
            Kinds = [Generate], Options = ["ignore_case", "strip"],
        },
        new(OnText(task => TextScores.Contains(task.IgnoreCase)))
        {
            Name = "contains", Description = "share of answers that contain an expected answer", HigherIsBetter = true,
            Kinds = [Generate], Options = ["ignore_case"],
        },
        new(OnText(task => new PatternScore(task.Pattern, task.IgnoreCase, task.Strip).Score))
        {
            Name = "regex", HigherIsBetter = true, NeedsAnswer = false,
            Description = "share of answers in which the pattern's first match (its group 1, if it has one) equals an expected answer, or is there at all",
            Kinds = [Generate], Options = ["pattern", "ignore_case", "strip"],
        },
        new(OnText(_ => WordF1.Score))
        {
            Name = "f1", Description = "mean word F1 against the nearest expected answer, words normalised as in SQuAD", HigherIsBetter = true,
            Kinds = [Generate],
        },
        new(_ => response => new Measurement(((Response.Generated)response).Tokens))
        {
            Name = "length", Description = "mean length of the answers, in tokens", HigherIsBetter = false, NeedsAnswer = false,
            Kinds = [Generate],
        },
        new(_ => LikelihoodScores.Accuracy)
        {
            Name = "accuracy", HigherIsBetter = true,
            Description = "share of items whose most likely choice is the right one, or whose answer greedy decoding would give",
            Kinds = [MultipleChoice, LogLikelihood],
        },
        new(_ => LikelihoodScores.AccuracyPerByte)
        {
            Name = "accuracy_norm", Description = "accuracy by log-likelihood per byte of a choice", HigherIsBetter = true,
            Kinds = [MultipleChoice],
        },
        new(_ => LikelihoodScores.LogLikelihood)
        {
            Name = "log_likelihood", Description = "mean log-likelihood of the right answer, in nats", HigherIsBetter = true,
            Kinds = [LogLikelihood, MultipleChoice],
        },
        new(_ => LikelihoodScores.NatsPerToken)
        {
            Name = "mean_loss", Description = "loss on the text or the right answer, in nats per token", HigherIsBetter = false,
            Kinds = [LogLikelihood, MultipleChoice, Perplexity],
        },
        new(_ => LikelihoodScores.BitsPerByte)
        {
            Name = "bits_per_byte", Description = "loss on the text or the right answer, in bits per UTF-8 byte", HigherIsBetter = false,
            Kinds = [LogLikelihood, MultipleChoice, Perplexity],
        },
        new(_ => LikelihoodScores.NatsPerToken)
        {
            Name = "perplexity", Description = "e to the loss in nats per token; the items hold the loss", HigherIsBetter = false,
            Kinds = [Perplexity, LogLikelihood], Aggregation = Aggregation.ExponentialOfMean,
        },
    ];

    /// <summary>The metric of that name, or null.</summary>
    public static Metric? Find(string name) => All.FirstOrDefault(metric => metric.Name == name);

    /// <summary>The metric that a task names.</summary>
    /// <exception cref="ArgumentException">There is none of that name (a task that was not read by <see cref="TaskReader"/>).</exception>
    public static Metric Of(TaskDefinition task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return Find(task.Metric) ?? throw new ArgumentException($"there is no metric '{task.Metric}'", nameof(task));
    }

    private static Func<TaskDefinition, Func<Response, Measurement>> OnText(Func<TaskDefinition, Func<string, ImmutableArray<string>, double>> bind)
        => task =>
        {
            var score = bind(task);
            return response =>
            {
                var generated = (Response.Generated)response;
                return new Measurement(score(generated.Text, generated.Answers));
            };
        };
}
