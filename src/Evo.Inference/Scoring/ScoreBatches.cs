using System.Collections.Immutable;
using Evo.Inference.Sessions;

namespace Evo.Inference.Scoring;

/// <summary>How score requests are cut into pieces and packed into batches: longest first, so that a batch pads little and the last batches are small.</summary>
internal static class ScoreBatches
{
    /// <summary>Most logits of one batch, in floats: 256 MB, twice while they are normalised.</summary>
    private const long MaximumLogits = 1L << 26;

    private const int SmallestBatch = 512; // tokens; below this, sharing work between workers costs more than it gains

    /// <summary>The most continuation tokens whose logits fit in memory at once.</summary>
    public static int MaximumRows(int vocabulary) => (int)Math.Clamp(MaximumLogits / vocabulary, 2, int.MaxValue);

    public static ImmutableArray<ScorePiece> Pieces(IReadOnlyList<ScoreRequest> requests, int contextLength, int maximumRows)
    {
        var pieces = ImmutableArray.CreateBuilder<ScorePiece>();
        for (var index = 0; index < requests.Count; index++)
        {
            var (context, continuation) = requests[index];
            var keep = Math.Min(context.Length, contextLength - continuation.Length);
            var tokens = new int[keep + continuation.Length];
            context[^keep..].CopyTo(tokens);
            continuation.CopyTo(tokens.AsMemory(keep));
            for (var offset = 0; offset < continuation.Length; offset += maximumRows)
            {
                var end = Math.Min(continuation.Length, offset + maximumRows);
                pieces.Add(new ScorePiece(index, tokens.AsMemory(0, keep + end), keep + offset, offset));
            }
        }

        return pieces.ToImmutable();
    }

    public static ImmutableArray<ImmutableArray<ScorePiece>> Pack(ImmutableArray<ScorePiece> pieces, int batchTokens, int maximumRows, int workers)
    {
        var total = pieces.Sum(piece => (long)piece.Input.Length);
        var budget = workers == 1 ? batchTokens : (int)Math.Min(batchTokens, Math.Max(SmallestBatch, (total / workers) + 1));
        var batches = ImmutableArray.CreateBuilder<ImmutableArray<ScorePiece>>();
        var batch = ImmutableArray.CreateBuilder<ScorePiece>();
        var (rows, longest) = (0L, 0);
        foreach (var piece in pieces.OrderByDescending(piece => piece.Input.Length).ThenBy(piece => piece.Request).ThenBy(piece => piece.Offset))
        {
            if (batch.Count > 0 && ((batch.Count + 1L) * longest > budget || rows + piece.Count > maximumRows))
            {
                batches.Add(batch.DrainToImmutable());
                rows = 0;
            }

            if (batch.Count == 0)
                longest = TokenInputs.PaddedLength(piece.Input.Length);
            batch.Add(piece);
            rows += piece.Count;
        }

        if (batch.Count > 0)
            batches.Add(batch.DrainToImmutable());
        return batches.ToImmutable();
    }
}
