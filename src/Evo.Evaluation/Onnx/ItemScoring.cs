using System.Collections.Immutable;
using System.Text;
using Evo.Evaluation.Outcomes;
using Evo.Evaluation.Scoring;
using Evo.Evaluation.Tasks;
using Evo.Inference;

namespace Evo.Evaluation.Onnx;

/// <summary>Turns what the model gave for an item into its result, by the task's metric.</summary>
internal sealed class ItemScoring(TaskDefinition task)
{
    private readonly Func<Response, Measurement> _score = Metrics.Of(task).For(task);

    internal ItemResult Generated(TaskItem item, TokenizedItem tokenized, GenerateResult result)
    {
        var open = (RenderedItem.Open)tokenized.Rendered;
        var measured = _score(new Response.Generated(result.Text, result.Tokens.Length, open.Answers));
        var truncated = tokenized.Cut || result.Finish == FinishReason.Length;
        return new ItemResult(
            item.Id, measured.Score, measured.Weight, result.Finish, tokenized.Prompt!.Prompt.Length, result.Tokens.Length, truncated, result.Text);
    }

    /// <summary>The result of an item whose windows gave <paramref name="results"/>, in the order of its texts and their windows.</summary>
    /// <exception cref="NonFiniteModelException">A log-probability is NaN or infinite.</exception>
    internal ItemResult Rated(TaskItem item, TokenizedItem tokenized, ReadOnlySpan<ScoreResult> results)
    {
        var choices = (tokenized.Rendered as RenderedItem.Choice)?.Choices ?? [((RenderedItem.Given)tokenized.Rendered).Text];
        var rated = new RatedText[choices.Length];
        var (read, at, truncated) = (0, 0, tokenized.Cut);
        for (var i = 0; i < choices.Length; i++)
        {
            var windows = tokenized.Texts[i];
            var text = new RatedText(0, 0, Encoding.UTF8.GetByteCount(choices[i]), IsGreedy: true);
            foreach (var window in windows)
            {
                var result = results[at++];
                text = text with
                {
                    LogLikelihood = text.LogLikelihood + result.LogLikelihood,
                    Tokens = text.Tokens + window.Continuation.Length,
                    IsGreedy = text.IsGreedy && result.IsGreedy,
                };
                truncated |= result.ContextTruncated;
                read += window.Context.Length;
            }

            if (!double.IsFinite(text.LogLikelihood))
                throw new NonFiniteModelException($"item '{item.Id}': a log-likelihood is {text.LogLikelihood}");
            rated[i] = text;
        }

        var measured = _score(tokenized.Rendered is RenderedItem.Choice choice
            ? new Response.Chosen([.. rated], choice.Right)
            : new Response.Rated(rated[0]));
        var output = measured.Choice is { } chosen ? choices[chosen] : null;
        return new ItemResult(
            item.Id, measured.Score, measured.Weight, Finish: null, read, rated.Sum(text => text.Tokens), truncated, output);
    }
}
