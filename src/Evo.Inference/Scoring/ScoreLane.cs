using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Evo.Inference.Graphs;
using Evo.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace Evo.Inference.Scoring;

/// <summary>One worker's memory for scoring: its binding and buffers.</summary>
internal sealed class ScoreLane(DecoderSession session) : IDisposable
{
    private readonly OrtIoBinding _binding = session.NewBinding();
    private readonly TokenInputs _inputs = new();
    private readonly NativeBuffer<long> _targets = new();
    private readonly NativeBuffer<float> _logProbabilities = new();
    private readonly NativeBuffer<long> _greedy = new();
    private readonly List<(int Sequence, int Position)> _wanted = [];

    /// <summary>Scores one batch; <paramref name="accept"/> gets, for each piece, its tokens' log-probabilities and the most likely tokens.</summary>
    public void Run(ImmutableArray<ScorePiece> batch, Action<ScorePiece, ReadOnlySpan<float>, ReadOnlySpan<long>> accept)
    {
        _wanted.Clear();
        foreach (var (index, piece) in batch.Index())
        {
            for (var token = piece.First; token < piece.Tokens.Length; token++)
                _wanted.Add((index, token - 1));
        }

        _inputs.SetSequences([.. batch.Select(piece => piece.Input)], CollectionsMarshal.AsSpan(_wanted));
        var rows = _inputs.RowCount;
        var targets = _targets.Span(rows);
        targets.Clear();
        var row = 0;
        foreach (var piece in batch)
        {
            foreach (var token in piece.Tokens.Span[piece.First..])
                targets[row++] = token;
        }

        _inputs.Bind(_binding);
        TokenInputs.BindInput(_binding, DecoderGraph.Targets, _targets, [rows, 1]);
        TokenInputs.BindOutput(_binding, DecoderGraph.LogProbabilities, _logProbabilities, [rows, 1]);
        TokenInputs.BindOutput(_binding, DecoderGraph.Greedy, _greedy, [rows]);
        session.Run(_binding);

        row = 0;
        foreach (var piece in batch)
        {
            accept(piece, _logProbabilities.Span(rows).Slice(row, piece.Count), _greedy.Span(rows).Slice(row, piece.Count));
            row += piece.Count;
        }
    }

    public void Dispose()
    {
        _binding.Dispose();
        _inputs.Dispose();
        _targets.Dispose();
        _logProbabilities.Dispose();
        _greedy.Dispose();
    }
}
