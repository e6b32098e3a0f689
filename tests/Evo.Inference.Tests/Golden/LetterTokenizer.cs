using System.Collections.Immutable;
using Evo.Inference.Tokenizers;

namespace Evo.Inference.Tests.Golden;

/// <summary>A tokenizer for models without one: token t is written "t," so that a stop string can span tokens or end inside one.</summary>
internal sealed class LetterTokenizer(int vocabulary, params int[] endOfText) : ITokenizer
{
    public int? BeginOfText => null;

    public ImmutableArray<int> EndOfText { get; } = [.. endOfText];

    public ImmutableArray<int> Encode(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).Select(id => id < vocabulary ? id : throw new ArgumentException(text))];

    public string Decode(ReadOnlySpan<int> tokens)
    {
        var text = new System.Text.StringBuilder();
        foreach (var token in tokens)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{token},");
        return text.ToString();
    }

    public void Dispose()
    {
    }
}
