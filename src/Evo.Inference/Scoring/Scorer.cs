using System.Collections.Immutable;
using Evo.Inference.Graphs;
using Evo.Inference.Sessions;

namespace Evo.Inference.Scoring;

/// <summary>Batched log-likelihoods of continuations after contexts.</summary>
internal sealed class Scorer : IDisposable
{
    private readonly DecoderConfig _config;
    private readonly InferenceOptions _options;
    private readonly DecoderSession _session;
    private readonly ScoreLane[] _lanes;

    public Scorer(DecoderConfig config, BoundWeights weights, int workers, InferenceOptions options)
    {
        _config = config;
        _options = options;
        _session = new DecoderSession(DecoderGraph.Scoring(config, weights.Device.Type), weights);
        _lanes = [.. Enumerable.Range(0, workers).Select(_ => new ScoreLane(_session))];
    }

    /// <exception cref="NonFiniteModelException">A log-probability is NaN or infinite.</exception>
    public ImmutableArray<ScoreResult> Score(IReadOnlyList<ScoreRequest> requests, CancellationToken cancellation)
    {
        foreach (var (index, request) in requests.Index())
            Check(index, request);
        var maximumRows = ScoreBatches.MaximumRows(_config.Vocabulary);
        var pieces = ScoreBatches.Pieces(requests, _config.ContextLength, maximumRows);
        var batches = ScoreBatches.Pack(pieces, _options.BatchTokens, maximumRows, _lanes.Length);
        var logProbabilities = requests.Select(request => new float[request.Continuation.Length]).ToArray();
        var misses = new int[requests.Count];
        var next = -1;
        Workers.Run(Math.Min(_lanes.Length, Math.Max(1, batches.Length)), (worker, stop) =>
        {
            for (var index = Interlocked.Increment(ref next); index < batches.Length; index = Interlocked.Increment(ref next))
            {
                stop.ThrowIfCancellationRequested();
                _lanes[worker].Run(batches[index], (piece, values, greedy) =>
                {
                    values.CopyTo(logProbabilities[piece.Request].AsSpan(piece.Offset));
                    Interlocked.Add(ref misses[piece.Request], Misses(piece, values, greedy));
                });
            }
        }, cancellation);

        return [.. requests.Select((request, index) => new ScoreResult(
            ImmutableArray.Create(logProbabilities[index]),
            misses[index] == 0,
            request.Context.Length + request.Continuation.Length > _config.ContextLength))];
    }

    public void Dispose()
    {
        foreach (var lane in _lanes)
            lane.Dispose();
        _session.Dispose();
    }

    /// <summary>How many of the piece's tokens are not the most likely ones.</summary>
    private static int Misses(ScorePiece piece, ReadOnlySpan<float> values, ReadOnlySpan<long> greedy)
    {
        var misses = 0;
        for (var index = 0; index < values.Length; index++)
        {
            if (!float.IsFinite(values[index]))
                throw new NonFiniteModelException("The model's logits are NaN or infinite: its weights are damaged.");
            misses += greedy[index] == piece.Tokens.Span[piece.First + index] ? 0 : 1;
        }

        return misses;
    }

    private void Check(int index, ScoreRequest request)
    {
        if (request.Context.IsEmpty || request.Continuation.IsEmpty)
            throw new ArgumentException($"Request {index} has an empty context or continuation.", nameof(request));
        if (request.Continuation.Length >= _config.ContextLength)
            throw new ArgumentException($"Request {index} has {request.Continuation.Length} continuation tokens; the window holds {_config.ContextLength} with at least one of context.", nameof(request));
        TokenRange.Check(request.Context.Span, _config.Vocabulary, index);
        TokenRange.Check(request.Continuation.Span, _config.Vocabulary, index);
    }
}
