using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>The order of a small tensor's magnitudes, sorted once: 8 bytes an element, and any cut is a look-up.</summary>
internal sealed class SortedMagnitudes : IMagnitudeOrder
{
    public const int MostElements = 1 << 16;

    /// <summary>Magnitude bits, complemented, above the flat index: ascending order is |x| descending, then index ascending.</summary>
    private readonly ulong[] _keys;

    public SortedMagnitudes(CpuTensorInputs inputs, int model)
    {
        _keys = new ulong[inputs.ElementCount];
        inputs.ForEachSegment((_, runs) => runs(run =>
        {
            var values = ((CpuBlock)run.TaskVector(model)).Values;
            for (var i = 0; i < values.Length; i++)
                _keys[run.Start + i] = ((ulong)(uint)~(BitConverter.SingleToInt32Bits(values[i]) & Masks.MagnitudeBits) << 32) | (uint)(run.Start + i);
        }));
        Array.Sort(_keys);
    }

    public MagnitudeCut Largest(long count)
    {
        if (count >= _keys.Length)
            return MagnitudeCut.Everything;
        if (count <= 0)
            return MagnitudeCut.Nothing;
        var last = _keys[count - 1];
        return new MagnitudeCut(BitConverter.Int32BitsToSingle(~(int)(last >> 32) & Masks.MagnitudeBits), (uint)last);
    }
}
