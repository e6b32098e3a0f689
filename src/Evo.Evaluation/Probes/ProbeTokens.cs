using Evo.Inference.Tokenizers;

namespace Evo.Evaluation.Probes;

/// <summary>Probe texts as a model reads them: behind the token that its tokenizer puts before a text, cut off after 256 tokens or at the window's end.</summary>
internal static class ProbeTokens
{
    private const int LongestText = 256;

    public static ReadOnlyMemory<int> Of(string text, ITokenizer tokenizer, int contextLength)
    {
        var tokens = TextTokens.Of(text, tokenizer);
        return tokens.AsMemory(0, Math.Min(tokens.Length, Math.Min(LongestText, contextLength)));
    }
}
