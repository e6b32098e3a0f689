using System.Runtime.InteropServices;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Weights;

/// <summary>A candidate buffer in native, 64-byte aligned memory (no garbage-collector pinning, no 2 GB array limit), in float32.</summary>
public sealed unsafe class CpuWeights : ICandidateWeights
{
    private float* _memory;

    /// <summary>Allocates and zeroes the buffer.</summary>
    public CpuWeights(WeightLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        Layout = layout;
        var bytes = checked((nuint)Math.Max(1, layout.ElementCount) * sizeof(float));
        _memory = (float*)NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(_memory, bytes);
    }

    public string Device => "cpu";

    public ElementType ElementType => ElementType.F32;

    public WeightLayout Layout { get; }

    /// <summary>
    /// What the last writer says that the buffer holds, in a form of its own, so that it need not write the same again; null when that is not known. Elements
    /// handed out for writing make it unknown; whoever writes through <see cref="Pointer"/> sets it.
    /// </summary>
    public object? Contents { get; set; }

    /// <summary>The elements of one slot, to be written; a write is seen by every session bound to this buffer. Makes <see cref="Contents"/> unknown.</summary>
    public Span<float> this[WeightSlot slot]
    {
        get
        {
            Contents = null;
            return new Span<float>(Pointer(slot), slot.Length);
        }
    }

    /// <summary>The elements of one slot, to be read.</summary>
    public ReadOnlySpan<float> Read(WeightSlot slot) => new(Pointer(slot), slot.Length);

    /// <summary>The address of one slot, for binding to a native session. Valid until <see cref="Dispose"/>.</summary>
    public float* Pointer(WeightSlot slot)
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        return _memory + slot.Offset;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
