using Evo.Inference.Graphs;
using Evo.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace Evo.Inference.Generation;

/// <summary>One worker's memory for generation: cache, binding, buffers, and the two kinds of run.</summary>
internal sealed class DecodeLane(DecoderConfig config, DecoderSession session, KeyValueCache cache) : IDisposable
{
    private readonly OrtIoBinding _binding = session.NewBinding();
    private readonly TokenInputs _inputs = new();
    private readonly NativeBuffer<long> _greedy = new();
    private readonly NativeBuffer<float> _meanLogit = new();
    private readonly NativeBuffer<float> _logits = new();
    private bool _logitsBound;

    public KeyValueCache Cache => cache;

    /// <summary>Reads whole prompts into the slots from <paramref name="first"/> on and predicts the token after each.</summary>
    /// <param name="wantsLogits">Whether <see cref="Logits"/> will be asked for.</param>
    public void Prefill(int first, IReadOnlyList<ReadOnlyMemory<int>> prompts, bool wantsLogits)
    {
        Span<(int, int)> wanted = new (int, int)[prompts.Count];
        for (var index = 0; index < prompts.Count; index++)
            wanted[index] = (index, prompts[index].Length - 1);
        _inputs.SetSequences(prompts, wanted);
        Run(first, wantsLogits);
    }

    /// <summary>Adds one token to each of the slots from 0 on and predicts the next; at least two slots.</summary>
    /// <param name="positions">The token's index in its sequence: how many tokens the slot holds.</param>
    public void Step(ReadOnlySpan<int> tokens, ReadOnlySpan<int> positions, bool wantsLogits)
    {
        _inputs.SetStep(tokens, positions);
        Run(0, wantsLogits);
    }

    /// <summary>The most likely next token of a row of the last run.</summary>
    /// <exception cref="NonFiniteModelException">One of its logits is NaN or infinite.</exception>
    public int Greedy(int row)
    {
        RequireFinite(row);
        return (int)_greedy.Span(_inputs.RowCount)[row];
    }

    /// <inheritdoc cref="Greedy"/>
    public ReadOnlySpan<float> Logits(int row)
    {
        RequireFinite(row);
        return _logits.Span(_inputs.RowCount * config.Vocabulary).Slice(row * config.Vocabulary, config.Vocabulary);
    }

    public void Dispose()
    {
        _binding.Dispose();
        cache.Dispose();
        _inputs.Dispose();
        _greedy.Dispose();
        _meanLogit.Dispose();
        _logits.Dispose();
    }

    private void Run(int firstSlot, bool wantsLogits)
    {
        var rows = _inputs.RowCount;
        cache.Bind(_binding, firstSlot, _inputs.Batch);
        _inputs.Bind(_binding);
        TokenInputs.BindOutput(_binding, DecoderGraph.Greedy, _greedy, [rows]);
        TokenInputs.BindOutput(_binding, DecoderGraph.MeanLogit, _meanLogit, [rows]);
        if (wantsLogits || _logitsBound) // an output that was bound once has to follow every change of shape
        {
            TokenInputs.BindOutput(_binding, DecoderGraph.Logits, _logits, [rows, config.Vocabulary]);
            _logitsBound = true;
        }

        session.Run(_binding);
    }

    private void RequireFinite(int row)
    {
        if (!float.IsFinite(_meanLogit.Span(_inputs.RowCount)[row]))
            throw new NonFiniteModelException("The model's logits are NaN or infinite: its weights are damaged.");
    }
}
