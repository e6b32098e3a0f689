using System.Collections.Immutable;

namespace Evo.Inference.Tokenizers;

/// <summary>Text to token ids and back, as the model's own <c>tokenizer.json</c> says. Safe to call from several threads.</summary>
public interface ITokenizer : IDisposable
{
    /// <summary>Token ids of <paramref name="text"/>, without adding special tokens.</summary>
    ImmutableArray<int> Encode(string text);

    /// <summary>The text of <paramref name="tokens"/>; encoding and decoding gives back every byte of a valid UTF-8 text.</summary>
    string Decode(ReadOnlySpan<int> tokens);

    /// <summary>The token that the model's own tokenizer puts before a text, or null when it puts none.</summary>
    int? BeginOfText { get; }

    /// <summary>Tokens that end a generation.</summary>
    ImmutableArray<int> EndOfText { get; }
}
