using System.Buffers;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Methods.Activations;

/// <summary>The order of a task vector's weights by saliency, sorted once: 8 bytes an element, and any cut is a look-up.</summary>
internal sealed class SaliencyOrder : IPreparedValue
{
    private const int MagnitudeBits = 0x7FFFFFFF;

    /// <summary>Magnitude bits, complemented, above the flat index: ascending order is saliency descending, then index ascending.</summary>
    private readonly ulong[] _keys;

    private SaliencyOrder(ulong[] keys) => _keys = keys;

    public long Bytes => PreparedSize.OfFields(_keys);

    public static SaliencyOrder Of(TensorInputs inputs, Curvature curvature, int model)
    {
        var keys = new ulong[inputs.ElementCount];
        inputs.Scan(Granularity.Elements, run =>
        {
            var buffer = ArrayPool<float>.Shared.Rent(run.Length);
            var saliency = run.Scratch(0);
            curvature.Read(run.Start, buffer.AsSpan(0, run.Length));
            Graft.Saliency(buffer.AsSpan(0, run.Length), run.TaskVector(model), saliency);
            var values = saliency.OnHost();
            for (var index = 0; index < values.Length; index++)
                keys[run.Start + index] = ((ulong)(uint)~(BitConverter.SingleToInt32Bits(values[index]) & MagnitudeBits) << 32) | (uint)(run.Start + index);
            ArrayPool<float>.Shared.Return(buffer);
        });
        Array.Sort(keys);
        return new SaliencyOrder(keys);
    }

    /// <summary>The cut that keeps the <paramref name="count"/> most salient weights: of their saliencies, not of the task vector.</summary>
    public MagnitudeCut Largest(long count)
    {
        if (count >= _keys.Length)
            return MagnitudeCut.Everything;
        if (count <= 0)
            return MagnitudeCut.Nothing;
        var last = _keys[count - 1];
        return new MagnitudeCut(BitConverter.Int32BitsToSingle(~(int)(last >> 32) & MagnitudeBits), (uint)last);
    }
}
