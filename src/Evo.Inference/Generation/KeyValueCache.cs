using Evo.Inference.Graphs;
using Evo.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace Evo.Inference.Generation;

/// <summary>
/// Keys and values of one worker's requests: for each layer two blocks [slots, key-value heads, capacity, head size]. A slot's part of a block is
/// contiguous, so a run may be bound to any range of slots; the same memory is bound as past and present, and updated in place.
/// </summary>
internal sealed unsafe class KeyValueCache : IDisposable
{
    private readonly DecoderConfig _config;
    private readonly NativeBuffer<float>[] _blocks;
    private (int First, int Count) _bound;

    public KeyValueCache(DecoderConfig config, int slots, int capacity)
    {
        _config = config;
        Slots = slots;
        Capacity = capacity;
        _blocks = [.. Enumerable.Range(0, 2 * config.Layers).Select(_ => new NativeBuffer<float>())];
        foreach (var block in _blocks)
            block.Reserve(slots * SlotElements);
    }

    public int Slots { get; }

    /// <summary>Tokens that a slot has room for.</summary>
    public int Capacity { get; }

    private long SlotElements => (long)_config.KeyValueHeads * Capacity * _config.HeadSize;

    /// <summary>Bytes of one slot with the given room.</summary>
    public static long SlotBytes(DecoderConfig config, int capacity) =>
        2L * config.Layers * config.KeyValueHeads * capacity * config.HeadSize * sizeof(float);

    public void Bind(OrtIoBinding binding, int first, int count)
    {
        if (_bound == (first, count))
            return;
        ReadOnlySpan<long> shape = [count, _config.KeyValueHeads, Capacity, _config.HeadSize];
        for (var layer = 0; layer < _config.Layers; layer++)
        {
            using var key = _blocks[2 * layer].Tensor(shape, first * SlotElements);
            binding.BindInput(DecoderGraph.PastKey(layer), key);
            binding.BindOutput(DecoderGraph.PresentKey(layer), key);
            using var value = _blocks[(2 * layer) + 1].Tensor(shape, first * SlotElements);
            binding.BindInput(DecoderGraph.PastValue(layer), value);
            binding.BindOutput(DecoderGraph.PresentValue(layer), value);
        }

        _bound = (first, count);
    }

    /// <summary>Copies the first <paramref name="length"/> tokens of a slot over another.</summary>
    public void Copy(int from, int to, int length)
    {
        var headElements = (long)Capacity * _config.HeadSize;
        var bytes = (long)length * _config.HeadSize * sizeof(float);
        foreach (var block in _blocks)
        {
            for (var head = 0; head < _config.KeyValueHeads; head++)
            {
                var offset = head * headElements;
                Buffer.MemoryCopy(
                    block.Pointer + (from * SlotElements) + offset, block.Pointer + (to * SlotElements) + offset, bytes, bytes);
            }
        }
    }

    public void Dispose()
    {
        foreach (var block in _blocks)
            block.Dispose();
    }
}
