using Evo.Checkpoints;
using Evo.Checkpoints.Models;
using Evo.Inference.Tokenizers;

namespace Evo.Evaluation;

/// <summary>A text as a model reads it: after the token that its tokenizer puts before a text.</summary>
internal static class TextTokens
{
    public static int[] Of(string text, ITokenizer tokenizer) =>
        tokenizer.BeginOfText is { } begin ? [begin, .. tokenizer.Encode(text)] : [.. tokenizer.Encode(text)];

    /// <exception cref="CheckpointException">The tokenizer gives a token that the model has no embedding of.</exception>
    public static int[] Of(string text, ITokenizer tokenizer, ModelConfig model)
    {
        var tokens = Of(text, tokenizer);
        var outside = Array.FindIndex(tokens, token => token < 0 || token >= model.VocabSize);
        return outside < 0
            ? tokens
            : throw new CheckpointException(
                model.Path, $"vocab_size is {model.VocabSize}, and the tokenizer beside it gives token {tokens[outside]}: they are not of one model; copy the model's own tokenizer");
    }
}
