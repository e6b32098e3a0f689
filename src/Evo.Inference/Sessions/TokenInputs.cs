using Evo.Inference.Graphs;
using Microsoft.ML.OnnxRuntime;

namespace Evo.Inference.Sessions;

/// <summary>
/// The small inputs of one run: right-padded token rows, their lengths, and the positions whose logits are wanted. A matrix product of a single row takes
/// another path than one of many, with other last bits; so no product ever has one row. Wanted rows are padded to two, and lengths to an even number,
/// because attention cuts a sequence into tiles of an even number of tokens (twice the head size) and an odd length could leave a tile of one.
/// </summary>
internal sealed class TokenInputs : IDisposable
{
    private readonly NativeBuffer<long> _ids = new();
    private readonly NativeBuffer<int> _lastIndex = new();
    private readonly NativeBuffer<int> _totalLength = new();
    private readonly NativeBuffer<long> _rows = new();

    /// <summary>Wanted rows, padding included.</summary>
    public int RowCount { get; private set; }

    public int Batch { get; private set; }

    public int Length { get; private set; }

    /// <summary>The length that a batch is padded to whose longest sequence has <paramref name="longest"/> tokens.</summary>
    public static int PaddedLength(int longest) => (longest + 1) & ~1;

    /// <summary>Whole sequences, none of them empty; <paramref name="wanted"/> gives (sequence, position) pairs.</summary>
    public void SetSequences(IReadOnlyList<ReadOnlyMemory<int>> sequences, ReadOnlySpan<(int Sequence, int Position)> wanted)
    {
        var (batch, length) = (sequences.Count, PaddedLength(sequences.Max(sequence => sequence.Length)));
        var ids = _ids.Span(batch * length);
        ids.Clear();
        var last = _lastIndex.Span(batch);
        for (var index = 0; index < batch; index++)
        {
            var sequence = sequences[index].Span;
            for (var position = 0; position < sequence.Length; position++)
                ids[(index * length) + position] = sequence[position];
            last[index] = sequence.Length - 1;
        }

        _totalLength.Span(1)[0] = length;
        RowCount = Math.Max(2, wanted.Length);
        var rows = _rows.Span(RowCount);
        for (var row = 0; row < RowCount; row++)
        {
            var (sequence, position) = wanted[Math.Min(row, wanted.Length - 1)];
            rows[row] = ((long)sequence * length) + position;
        }

        (Batch, Length) = (batch, length);
    }

    /// <summary>One new token for each row, at the position that <paramref name="positions"/> gives; at least two rows.</summary>
    public void SetStep(ReadOnlySpan<int> tokens, ReadOnlySpan<int> positions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens.Length, 2);
        var ids = _ids.Span(tokens.Length);
        var last = _lastIndex.Span(tokens.Length);
        var rows = _rows.Span(tokens.Length);
        var longest = 0;
        for (var row = 0; row < tokens.Length; row++)
        {
            ids[row] = tokens[row];
            last[row] = positions[row];
            rows[row] = row;
            longest = Math.Max(longest, positions[row] + 1);
        }

        _totalLength.Span(1)[0] = longest;
        (Batch, Length, RowCount) = (tokens.Length, 1, tokens.Length);
    }

    /// <summary>Binds what was set last; to be called before every run, because a device copies inputs when they are bound.</summary>
    public void Bind(OrtIoBinding binding)
    {
        BindInput(binding, DecoderGraph.InputIds, _ids, [Batch, Length]);
        BindInput(binding, DecoderGraph.LastIndex, _lastIndex, [Batch]);
        BindInput(binding, DecoderGraph.TotalLength, _totalLength, []);
        BindInput(binding, DecoderGraph.Rows, _rows, [RowCount]);
    }

    /// <summary>Binds a buffer's beginning as an input. The binding keeps the tensor; the buffer keeps the memory.</summary>
    public static void BindInput<T>(OrtIoBinding binding, string name, NativeBuffer<T> buffer, ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        using var tensor = buffer.Tensor(shape);
        binding.BindInput(name, tensor);
    }

    /// <summary>Binds a buffer's beginning as an output, making room first.</summary>
    public static void BindOutput<T>(OrtIoBinding binding, string name, NativeBuffer<T> buffer, ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        var count = 1L;
        foreach (var extent in shape)
            count *= extent;
        buffer.Reserve(count);
        using var tensor = buffer.Tensor(shape);
        binding.BindOutput(name, tensor);
    }

    public void Dispose()
    {
        _ids.Dispose();
        _lastIndex.Dispose();
        _totalLength.Dispose();
        _rows.Dispose();
    }
}
