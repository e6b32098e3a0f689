using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Evo.Inference.Tokenizers;

namespace Evo.Inference.Generation;

/// <summary>One request while it is being generated.</summary>
/// <param name="index">Index of the request in its call.</param>
internal sealed class Continuation(int index, GenerateRequest request, ITokenizer tokenizer, int contextLength)
{
    private readonly List<int> _tokens = [];

    public int Index => index;

    public ReadOnlyMemory<int> Prompt => request.Prompt;

    public SamplingOptions? Sampling => request.Sampling;

    /// <summary>Tokens drawn so far.</summary>
    public int Count => _tokens.Count;

    public int NewestToken => _tokens[^1];

    /// <summary>Tokens that the model has read when it predicts the next one, the newest included.</summary>
    public int Length => request.Prompt.Length + _tokens.Count;

    /// <summary>The most tokens that prompt and continuation can come to.</summary>
    public int MaximumLength => (int)Math.Min(contextLength, (long)request.Prompt.Length + request.MaxTokens);

    /// <summary>The result when nothing may be generated: no tokens asked for, or the prompt fills the window.</summary>
    public GenerateResult? AtOnce => request.MaxTokens == 0 || request.Prompt.Length >= contextLength ? new GenerateResult([], "", FinishReason.Length) : null;

    /// <summary>Takes the next token; gives the result when it was the last.</summary>
    public GenerateResult? Accept(int token)
    {
        if (tokenizer.EndOfText.Contains(token))
            return Finished(FinishReason.EndOfText);
        _tokens.Add(token);
        if (!request.Stop.IsDefaultOrEmpty)
        {
            var text = Text();
            if (StopStrings.Find(text, request.Stop) is >= 0 and var stop)
                return new GenerateResult([.. _tokens], text[..stop], FinishReason.Stop);
        }

        return Length >= MaximumLength ? Finished(FinishReason.Length) : null;
    }

    private GenerateResult Finished(FinishReason reason) => new([.. _tokens], Text(), reason);

    private string Text() => tokenizer.Decode(CollectionsMarshal.AsSpan(_tokens));
}
