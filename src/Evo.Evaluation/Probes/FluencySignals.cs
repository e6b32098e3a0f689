using System.Collections.Immutable;
using Evo.Evaluation.Onnx;
using Evo.Inference;

namespace Evo.Evaluation.Probes;

/// <summary>A greedy continuation.</summary>
/// <param name="Repetition">The share of its 4-grams that occurred before (seq-rep-4), in [0, 1).</param>
/// <param name="Repeated">The most frequent 4-gram of a text that repeats itself; null in others.</param>
public sealed record GreedyText(string Prompt, string Text, double Repetition, string? Repeated);

/// <summary>
/// Whether a model still writes: parts 3 and 4 of card C1's health check. The loss is the mean over all tokens but the first of each text, so it compares between models that cut
/// texts into the same tokens, as a child and its parents mostly do. The card asks for a repetition test and gives no formula; ours: a greedy text repeats itself when more than half
/// of its 4-grams occurred before. One that ends by itself does not, nor one of fewer than 24 tokens, which tells nothing.
/// </summary>
/// <param name="Loss">Mean −ln p of the next token, in nats.</param>
/// <param name="Texts">How many texts it is of.</param>
/// <param name="Generations">Three greedy continuations of texts' beginnings, fewer where there are fewer texts.</param>
public sealed record FluencySignals(double Loss, int Texts, ImmutableArray<GreedyText> Generations)
{
    private const int MostTexts = 32;
    private const int Prompts = 3;
    private const int PromptWords = 32;
    private const int NewTokens = 128;
    private const int LeastTokens = 24;
    private const double MostRepetition = 0.5;

    /// <summary>What the generations that repeat themselves repeat, one text for each.</summary>
    public ImmutableArray<string> Repeated => [.. Generations.Select(generation => generation.Repeated).OfType<string>()];

    /// <summary>Rates the first 32 texts, each cut off after 256 tokens, and continues the first three from their first half, at most 32 words, by at most 128 tokens.</summary>
    /// <param name="texts">Generic ones (<see cref="ProbeSets.Generic"/>); those of a single token are left out.</param>
    /// <exception cref="NonFiniteModelException">Logits are NaN or infinite.</exception>
    /// <exception cref="ArgumentException">No text has two tokens.</exception>
    public static FluencySignals Compute(ILanguageModel model, ImmutableArray<string> texts, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        var rated = texts.Select(text => (Text: text, Tokens: ProbeTokens.Of(text, model.Tokenizer, model.ContextLength)))
            .Where(pair => pair.Tokens.Length >= 2).Take(MostTexts).ToImmutableArray();
        if (rated.IsEmpty)
            throw new ArgumentException("no text has two tokens", nameof(texts));
        var scores = model.Score([.. rated.Select(pair => new ScoreRequest(pair.Tokens[..1], pair.Tokens[1..]))], cancellation);
        return new FluencySignals(
            -scores.Sum(score => score.LogLikelihood) / scores.Sum(score => score.LogProbabilities.Length),
            rated.Length,
            Continue(model, [.. rated.Take(Prompts).Select(pair => Beginning(pair.Text))], cancellation));
    }

    private static ImmutableArray<GreedyText> Continue(ILanguageModel model, ImmutableArray<string> prompts, CancellationToken cancellation)
    {
        var (tokenizer, window) = (model.Tokenizer, new ContextWindow(model.ContextLength));
        var results = model.Generate(
            [.. prompts.Select(prompt => new GenerateRequest(
                window.Prompt(TokenPair.WithBegin(tokenizer, tokenizer.Encode(prompt).AsSpan()), NewTokens, tokenizer, out _), NewTokens, []))],
            cancellation);
        return [.. prompts.Zip(results, (prompt, result) =>
        {
            var tokens = result.Tokens.AsSpan();
            var share = Repetition.Share(tokens);
            var repeats = result.Finish == FinishReason.Length && tokens.Length >= LeastTokens && share > MostRepetition;
            return new GreedyText(prompt, result.Text, share, repeats ? tokenizer.Decode(Repetition.MostFrequent(tokens)) : null);
        })];
    }

    /// <summary>The first half of a text's words, without the space behind them: by words, so that models with other tokens get the same prompt.</summary>
    private static string Beginning(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words.Take(Math.Clamp(words.Length / 2, 1, PromptWords)));
    }
}
