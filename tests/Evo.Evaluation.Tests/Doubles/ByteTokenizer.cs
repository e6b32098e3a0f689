using System.Collections.Immutable;
using System.Text;
using Evo.Inference.Tokenizers;

namespace Evo.Evaluation.Tests.Doubles;

/// <summary>One token a UTF-8 byte; 256 begins a text (if asked for), 257 ends it. Given words are one token each, 258 and up, wherever they stand.</summary>
internal sealed class ByteTokenizer(bool begins = false, params string[] words) : ITokenizer
{
    internal const int Begin = 256;
    internal const int End = 257;

    internal int Calls { get; private set; }

    public int? BeginOfText => begins ? Begin : null;

    public ImmutableArray<int> EndOfText { get; init; } = [End];

    public ImmutableArray<int> Encode(string text)
    {
        Calls++;
        var tokens = ImmutableArray.CreateBuilder<int>();
        for (var at = 0; at < text.Length;)
        {
            var word = Array.FindIndex(words, candidate => text.AsSpan(at).StartsWith(candidate, StringComparison.Ordinal));
            var taken = word >= 0 ? words[word].Length : char.IsSurrogatePair(text, at) ? 2 : 1;
            if (word >= 0)
                tokens.Add(258 + word);
            else
                tokens.AddRange(Encoding.UTF8.GetBytes(text.Substring(at, taken)).Select(value => (int)value));
            at += taken;
        }

        return tokens.ToImmutable();
    }

    public string Decode(ReadOnlySpan<int> tokens)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            if (token < 256)
                bytes.Add((byte)token);
            else if (token >= 258)
                bytes.AddRange(Encoding.UTF8.GetBytes(words[token - 258]));
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    public void Dispose()
    {
    }
}
