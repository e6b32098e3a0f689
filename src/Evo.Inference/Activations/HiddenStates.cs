using System.Collections.Immutable;
using Evo.Inference.Graphs;
using Evo.Inference.Sessions;

namespace Evo.Inference.Activations;

/// <summary>
/// The residual streams of all batches between two layers, replaced in place as they pass the next: the only memory that grows with the
/// number of tokens, 4 · tokens · hidden bytes.
/// </summary>
internal sealed class HiddenStates : IDisposable
{
    private readonly ImmutableArray<NativeBuffer<float>> _values;
    private readonly int _hidden;

    public HiddenStates(ImmutableArray<TokenBatch> batches, int hidden)
    {
        Batches = batches;
        _hidden = hidden;
        _values = [.. batches.Select(_ => new NativeBuffer<float>())];
    }

    public ImmutableArray<TokenBatch> Batches { get; }

    public NativeBuffer<float> Buffer(int batch) => _values[batch];

    /// <summary>[sequences, length, hidden] of one batch.</summary>
    public Span<float> Of(int batch) => _values[batch].Span(checked(Batches[batch].Rows * _hidden));

    /// <summary>Starts at the embeddings of the sequences' tokens; padding is zero.</summary>
    public void Embed(IWeightReader weights)
    {
        for (var index = 0; index < Batches.Length; index++)
        {
            var batch = Batches[index];
            var values = Of(index);
            for (var sequence = 0; sequence < batch.Sequences.Length; sequence++)
            {
                var tokens = batch.Sequences[sequence].Span;
                for (var position = 0; position < tokens.Length; position++)
                {
                    var row = values.Slice(((sequence * batch.Length) + position) * _hidden, _hidden);
                    weights.ReadFloats(DecoderTensors.Embedding, (long)tokens[position] * _hidden, row);
                }
            }

            batch.ClearPadding(values, _hidden);
        }
    }

    public HiddenStates Copy()
    {
        var copy = new HiddenStates(Batches, _hidden);
        for (var index = 0; index < Batches.Length; index++)
            Of(index).CopyTo(copy.Of(index));
        return copy;
    }

    public void Dispose()
    {
        foreach (var buffer in _values)
            buffer.Dispose();
    }
}
