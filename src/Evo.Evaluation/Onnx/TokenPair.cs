using Evo.Inference.Tokenizers;

namespace Evo.Evaluation.Onnx;

/// <summary>A context and what follows it, in token ids; neither is empty.</summary>
internal readonly record struct TokenPair(ReadOnlyMemory<int> Context, ReadOnlyMemory<int> Continuation)
{
    /// <summary>
    /// Tokenises both texts as one, as lm-evaluation-harness does (TemplateLM._encode_pair): white space at the context's end goes to the
    /// continuation, context + continuation is encoded whole, and the continuation begins where the context's own encoding ends. Where a token
    /// reaches over that border, the harness loses the continuation's first characters; here the continuation begins at the last token up to
    /// which both encodings agree, so that it is always rated whole. The token that the model's tokenizer puts before a text stands in front; an
    /// empty context becomes that token, or the end-of-text token.
    /// </summary>
    /// <exception cref="InvalidOperationException">The tokenizer gives the continuation no token, or has no token to stand for an empty context.</exception>
    internal static TokenPair Encode(ITokenizer tokenizer, string context, string continuation)
    {
        var trimmed = context.TrimEnd();
        continuation = string.Concat(context.AsSpan(trimmed.Length), continuation);
        var whole = tokenizer.Encode(trimmed + continuation).AsSpan();
        var border = trimmed.Length == 0 ? 0 : whole.CommonPrefixLength(tokenizer.Encode(trimmed).AsSpan());
        if (border == whole.Length)
            throw new InvalidOperationException($"the tokenizer gives no token for '{continuation}'");
        return new TokenPair(WithBegin(tokenizer, whole[..border]), whole[border..].ToArray());
    }

    /// <summary>The tokens of a prompt with the token that stands before a text; never empty.</summary>
    internal static int[] WithBegin(ITokenizer tokenizer, ReadOnlySpan<int> tokens)
    {
        if (tokenizer.BeginOfText is { } begin)
            return [begin, .. tokens];
        if (!tokens.IsEmpty)
            return tokens.ToArray();
        return tokenizer.EndOfText.IsEmpty
            ? throw new InvalidOperationException("the tokenizer has neither a begin-of-text nor an end-of-text token to stand for an empty prompt")
            : [tokenizer.EndOfText[0]];
    }
}
