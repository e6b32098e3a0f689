using System.Collections.Frozen;
using System.Collections.Immutable;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Weights;

/// <summary>One tensor's place in a candidate buffer. <paramref name="Offset"/> and <paramref name="Length"/> count elements.</summary>
public sealed record WeightSlot(int Index, string Name, ImmutableArray<long> Shape, long Offset, int Length);

/// <summary>Which tensors a candidate buffer holds, in which order and where. Every slot starts on a 64-byte boundary.</summary>
public sealed class WeightLayout
{
    private const long SlotAlignment = 16; // floats: 64 bytes

    private readonly FrozenDictionary<string, WeightSlot> _byName;

    /// <summary>
    /// Lays out the tensors in the given order. Throws <see cref="OverflowException"/> for a tensor of 2^31 elements or more.
    /// </summary>
    public WeightLayout(IEnumerable<TensorInfo> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var slots = ImmutableArray.CreateBuilder<WeightSlot>();
        long offset = 0;
        foreach (var tensor in tensors)
        {
            slots.Add(new WeightSlot(slots.Count, tensor.Name, tensor.Shape, offset, checked((int)tensor.ElementCount)));
            offset += (tensor.ElementCount + SlotAlignment - 1) / SlotAlignment * SlotAlignment;
        }

        Slots = slots.ToImmutable();
        ElementCount = offset;
        _byName = Slots.ToFrozenDictionary(slot => slot.Name, StringComparer.Ordinal);
    }

    public ImmutableArray<WeightSlot> Slots { get; }

    /// <summary>Elements of the whole buffer, alignment gaps included.</summary>
    public long ElementCount { get; }

    public WeightSlot? Find(string name) => _byName.GetValueOrDefault(name);
}
