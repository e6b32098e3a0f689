using System.Collections.Immutable;
using Evo.Inference.Tokenizers;

namespace Evo.Inference;

/// <summary>A request for the log-likelihood of <paramref name="Continuation"/> after <paramref name="Context"/> (token ids; neither empty).</summary>
public sealed record ScoreRequest(ReadOnlyMemory<int> Context, ReadOnlyMemory<int> Continuation);

/// <summary>
/// Natural-log probability of each continuation token; <paramref name="IsGreedy"/> when every one of them was the most likely token;
/// <paramref name="ContextTruncated"/> when the context had to be cut on the left to fit the model's window.
/// </summary>
public sealed record ScoreResult(ImmutableArray<float> LogProbabilities, bool IsGreedy, bool ContextTruncated)
{
    /// <summary>Sum of the token log-probabilities, in nats, added in float64.</summary>
    public double LogLikelihood { get; } = LogProbabilities.Sum(value => (double)value);
}

/// <summary>How to draw tokens; null in a request means greedy decoding.</summary>
/// <param name="Temperature">Above 0.</param>
/// <param name="TopP">In (0, 1]; 1 keeps every token.</param>
/// <param name="TopK">0 keeps every token.</param>
/// <param name="Seed">Same seed, same text, whatever else is in the batch.</param>
public sealed record SamplingOptions(double Temperature = 1, double TopP = 1, int TopK = 0, ulong Seed = 0);

/// <summary>A request to continue <paramref name="Prompt"/> by at most <paramref name="MaxTokens"/> tokens, until a stop string or an end-of-text token.</summary>
public sealed record GenerateRequest(ReadOnlyMemory<int> Prompt, int MaxTokens, ImmutableArray<string> Stop, SamplingOptions? Sampling = null);

/// <summary>Generated tokens (stop string's tokens included, end-of-text token excluded) and their text without the stop string.</summary>
public sealed record GenerateResult(ImmutableArray<int> Tokens, string Text, FinishReason Finish);

/// <summary>
/// A causal language model whose weights may change between calls (never during one). Batching is the implementation's business;
/// results come in request order and do not depend on which other requests are in the call.
/// </summary>
public interface ILanguageModel : IDisposable
{
    ITokenizer Tokenizer { get; }

    /// <summary>Tokens that prompt and continuation may have together.</summary>
    int ContextLength { get; }

    /// <exception cref="NonFiniteModelException">The model's logits are NaN or infinite.</exception>
    ImmutableArray<ScoreResult> Score(IReadOnlyList<ScoreRequest> requests, CancellationToken cancellation = default);

    /// <exception cref="NonFiniteModelException">The model's logits are NaN or infinite.</exception>
    ImmutableArray<GenerateResult> Generate(IReadOnlyList<GenerateRequest> requests, CancellationToken cancellation = default);
}
