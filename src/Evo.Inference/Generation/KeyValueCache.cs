using Evo.Inference.Devices;
using Evo.Inference.Graphs;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Evo.Inference.Generation;

/// <summary>
/// Keys and values of one worker's requests: for each layer two blocks [slots, key-value heads, capacity, head size]. A slot's part of a block is
/// contiguous, so a run may be bound to any range of slots; the same memory is bound as past and present, and updated in place.
/// </summary>
internal sealed class KeyValueCache : IDisposable
{
    private readonly DecoderConfig _config;
    private readonly Device _device;
    private readonly IBlockMemory _memory;
    private readonly nint[] _blocks;
    private (int First, int Count) _bound;

    public KeyValueCache(DecoderConfig config, Device device, int slots, int capacity)
    {
        _config = config;
        _device = device;
        (Slots, Capacity) = (slots, capacity);
        _memory = device.Cuda is null ? new HostMemory() : new DeviceMemory(device);
        _blocks = [.. Enumerable.Range(0, 2 * config.Layers).Select(_ => _memory.Allocate(slots * SlotBlockBytes))];
    }

    public int Slots { get; }

    /// <summary>Tokens that a slot has room for.</summary>
    public int Capacity { get; }

    /// <summary>Bytes of one token of one head.</summary>
    private long TokenBytes => (long)_config.HeadSize * _device.ElementBytes;

    /// <summary>Bytes of one slot in one block.</summary>
    private long SlotBlockBytes => _config.KeyValueHeads * Capacity * TokenBytes;

    /// <summary>Bytes of one slot with the given room, in all blocks.</summary>
    public static long SlotBytes(DecoderConfig config, Device device, int capacity) =>
        2L * config.Layers * config.KeyValueHeads * capacity * config.HeadSize * device.ElementBytes;

    public void Bind(OrtIoBinding binding, int first, int count)
    {
        if (_bound == (first, count))
            return;
        for (var layer = 0; layer < _config.Layers; layer++)
        {
            using var key = Tensor(_blocks[2 * layer], first, count);
            binding.BindInput(DecoderGraph.PastKey(layer), key);
            binding.BindOutput(DecoderGraph.PresentKey(layer), key);
            using var value = Tensor(_blocks[(2 * layer) + 1], first, count);
            binding.BindInput(DecoderGraph.PastValue(layer), value);
            binding.BindOutput(DecoderGraph.PresentValue(layer), value);
        }

        _bound = (first, count);
    }

    /// <summary>Copies the first <paramref name="length"/> tokens of a slot over another.</summary>
    public void Copy(int from, int to, int length)
    {
        foreach (var block in _blocks)
            _memory.Copy(block + (nint)(from * SlotBlockBytes), block + (nint)(to * SlotBlockBytes), _config.KeyValueHeads, length * TokenBytes, Capacity * TokenBytes);
    }

    public void Dispose() => _memory.Dispose();

    private OrtValue Tensor(nint block, int first, int count) => OrtValue.CreateTensorValueWithData(
        _memory.Info,
        (TensorElementType)_device.Type,
        [count, _config.KeyValueHeads, Capacity, _config.HeadSize],
        block + (nint)(first * SlotBlockBytes),
        count * SlotBlockBytes);
}
