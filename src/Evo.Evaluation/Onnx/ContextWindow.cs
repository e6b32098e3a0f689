using System.Collections.Immutable;
using Evo.Inference;
using Evo.Inference.Tokenizers;

namespace Evo.Evaluation.Onnx;

/// <summary>Fits token sequences into a model's window of <paramref name="Length"/> tokens.</summary>
internal readonly record struct ContextWindow(int Length)
{
    /// <summary>
    /// Requests that rate every continuation token once. One, if the continuation fits: then a context that is too long loses tokens on the left.
    /// Otherwise the continuation is cut into pieces that do not overlap, each after the one token before it (the harness's rolling windows with a
    /// context of one token), so that a token at a window's start is rated almost without context: losses of different windows do not compare.
    /// </summary>
    internal ImmutableArray<ScoreRequest> Score(TokenPair pair, ITokenizer tokenizer, out bool cut)
    {
        var (context, continuation) = pair;
        if (continuation.Length < Length)
        {
            var kept = KeepRight(context, Length - continuation.Length, tokenizer);
            cut = kept.Length < context.Length;
            return [new ScoreRequest(kept, continuation)];
        }

        cut = context.Length > 1;
        var windows = ImmutableArray.CreateBuilder<ScoreRequest>();
        var before = context[^1..];
        for (var start = 0; start < continuation.Length; start += Length - 1)
        {
            var piece = continuation.Slice(start, Math.Min(Length - 1, continuation.Length - start));
            windows.Add(new ScoreRequest(before, piece));
            before = piece[^1..];
        }

        return windows.ToImmutable();
    }

    /// <summary>
    /// The prompt with room for the answer: its left is cut until <paramref name="maxTokens"/> more fit, but at least half of the window stays the prompt's.
    /// </summary>
    internal ReadOnlyMemory<int> Prompt(ReadOnlyMemory<int> prompt, int maxTokens, ITokenizer tokenizer, out bool cut)
    {
        var kept = KeepRight(prompt, Math.Max(Length - maxTokens, Length / 2), tokenizer);
        cut = kept.Length < prompt.Length;
        return kept;
    }

    /// <summary>The last <paramref name="count"/> tokens; a begin-of-text token in front keeps its place when there is room for more than it.</summary>
    private static ReadOnlyMemory<int> KeepRight(ReadOnlyMemory<int> tokens, int count, ITokenizer tokenizer)
    {
        if (tokens.Length <= count)
            return tokens;
        var first = tokens.Span[0];
        return count > 1 && first == tokenizer.BeginOfText
            ? (int[])[first, .. tokens.Span[^(count - 1)..]]
            : tokens[^count..];
    }
}
