using Evo.Inference.Scoring;

namespace Evo.Inference.Tests.Scoring;

public sealed class ScoreBatchesTests
{
    [Fact]
    public void Pieces_cover_every_continuation_token_once_with_its_whole_context()
    {
        var requests = ScoringTests.Mixed(40);

        var pieces = ScoreBatches.Pieces(requests, contextLength: 50, maximumRows: 3);

        foreach (var (index, request) in requests.Index())
        {
            var own = pieces.Where(piece => piece.Request == index).OrderBy(piece => piece.Offset).ToArray();
            var all = request.Context.ToArray().Concat(request.Continuation.ToArray()).TakeLast(50).ToArray();
            Assert.All(own, piece => Assert.InRange(piece.Count, 1, 3));
            Assert.All(own, piece => Assert.Equal(all[..piece.Tokens.Length], piece.Tokens.ToArray()));
            Assert.Equal(
                request.Continuation.ToArray(),
                own.SelectMany(piece => piece.Tokens[piece.First..].ToArray()));
            Assert.Equal(own.Select(piece => piece.First - own[0].First), own.Select(piece => piece.Offset));
        }
    }

    [Theory]
    [InlineData(64, 1)]
    [InlineData(300, 2)]
    [InlineData(100_000, 3)]
    public void Batches_hold_every_piece_once_and_stay_below_their_limits(int batchTokens, int workers)
    {
        var pieces = ScoreBatches.Pieces(ScoringTests.Mixed(200), contextLength: 512, maximumRows: 20);

        var batches = ScoreBatches.Pack(pieces, batchTokens, maximumRows: 20, workers);

        Assert.Equal(pieces.OrderBy(piece => (piece.Request, piece.Offset)), batches.SelectMany(batch => batch).OrderBy(piece => (piece.Request, piece.Offset)));
        Assert.All(batches, batch => Assert.True(batch.Length == 1 || batch.Length * batch.Max(piece => piece.Input.Length) <= batchTokens));
        Assert.All(batches, batch => Assert.True(batch.Length == 1 || batch.Sum(piece => piece.Count) <= 20));
        Assert.True(batches.Length >= workers);
    }
}
