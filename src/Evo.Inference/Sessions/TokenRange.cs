namespace Evo.Inference.Sessions;

/// <summary>Token ids come from callers; a negative one would silently be read from the embedding's end.</summary>
internal static class TokenRange
{
    /// <exception cref="ArgumentException">A token is outside the vocabulary.</exception>
    public static void Check(ReadOnlySpan<int> tokens, int vocabulary, int request)
    {
        foreach (var token in tokens)
        {
            if ((uint)token >= (uint)vocabulary)
                throw new ArgumentException($"Request {request} holds token {token}; the model's vocabulary has {vocabulary}.", nameof(tokens));
        }
    }
}
