namespace Evo.Inference.Scoring;

/// <summary>
/// A run of continuation tokens of one request that are scored together: all of them, or a part when the logits of all would take too much memory.
/// </summary>
/// <param name="Request">Index of the request in its call.</param>
/// <param name="Tokens">Context and continuation, cut on the left to fit, without what follows the piece's last token.</param>
/// <param name="First">Index in <paramref name="Tokens"/> of the first scored token, at least 1.</param>
/// <param name="Offset">Index of that token in the request's continuation.</param>
internal sealed record ScorePiece(int Request, ReadOnlyMemory<int> Tokens, int First, int Offset)
{
    /// <summary>What the model reads: the last token is only predicted.</summary>
    public ReadOnlyMemory<int> Input => Tokens[..^1];

    public int Count => Tokens.Length - First;
}
