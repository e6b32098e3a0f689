using Evo.Inference;

namespace Evo.Evaluation.Outcomes;

/// <summary>What one model did on one task item: the truth that every total, standard error and paired test is computed from.</summary>
/// <param name="ItemId">The item's id within its task (its <c>id</c> field, or its line number).</param>
/// <param name="Score">The metric's value for this item, in the metric's own unit (perplexity: nats per token, see <see cref="Aggregation"/>).</param>
/// <param name="Weight">The item's weight in the mean: 1 for most metrics, bytes for bits_per_byte, tokens for mean_loss and perplexity.</param>
/// <param name="Finish">Why the generation ended; null when nothing was generated.</param>
/// <param name="PromptTokens">Tokens read.</param>
/// <param name="Tokens">Tokens generated or scored.</param>
/// <param name="Truncated">The answer ran into its token limit, or the context was cut to fit.</param>
/// <param name="Output">The generated text or the chosen option, for the reader; null when there is none.</param>
public sealed record ItemResult(
    string ItemId,
    double Score,
    double Weight,
    FinishReason? Finish,
    int PromptTokens,
    int Tokens,
    bool Truncated,
    string? Output);
