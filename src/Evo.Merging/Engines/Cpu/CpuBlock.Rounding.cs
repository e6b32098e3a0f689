using System.Buffers;
using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Rounding to stored types.</summary>
internal sealed unsafe partial class CpuBlock
{
    public override void RoundTo(ElementType type)
    {
        var memory = ArrayPool<byte>.Shared.Rent(_length * type.ByteSize());
        var bytes = memory.AsSpan(0, _length * type.ByteSize());
        Floats.FromSingle(Values, type, bytes);
        Floats.ToSingle(bytes, type, Values);
        ArrayPool<byte>.Shared.Return(memory);
    }
}
