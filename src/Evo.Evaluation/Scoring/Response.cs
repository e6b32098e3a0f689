using System.Collections.Immutable;

namespace Evo.Evaluation.Scoring;

/// <summary>What a model answered to one item, in the terms that metrics are defined in; it knows no tokenizer and no backend.</summary>
internal abstract record Response
{
    private Response()
    {
    }

    /// <summary>A free answer, and the answers that count as right (none when the task names none).</summary>
    internal sealed record Generated(string Text, int Tokens, ImmutableArray<string> Answers) : Response;

    /// <summary>Every choice as the model rates it, and the index of the right one.</summary>
    internal sealed record Chosen(ImmutableArray<RatedText> Choices, int Right) : Response;

    /// <summary>A given text as the model rates it.</summary>
    internal sealed record Rated(RatedText Text) : Response;
}

/// <summary>A text's log-likelihood in nats over its tokens, with its length in tokens and in UTF-8 bytes (neither is 0).</summary>
internal readonly record struct RatedText(double LogLikelihood, int Tokens, int Bytes, bool IsGreedy);

/// <summary>An item's score, its weight in the mean, and the choice that the metric took for the model's answer, if it took one.</summary>
internal readonly record struct Measurement(double Score, double Weight = 1, int? Choice = null);
