using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Makes a merged run what it will be on disk: rounded once to the output type, and finite. A candidate in memory is rounded as well, so that an
/// exported model scores as its candidate did.
/// </summary>
internal static class OutputRounding
{
    private const int Infinity = 0x7F800000;

    /// <summary>Rounds in place; false when a value is NaN or infinite afterwards (float16 overflows above 65504).</summary>
    /// <param name="bytes">At least as many bytes as the values take in <paramref name="type"/>.</param>
    public static bool RoundAndCheck(Span<float> values, ElementType type, Span<byte> bytes)
    {
        if (type != ElementType.F32)
        {
            bytes = bytes[..(values.Length * type.ByteSize())];
            Floats.FromSingle(values, type, bytes);
            Floats.ToSingle(bytes, type, values);
        }

        return AllFinite(values);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static bool AllFinite(ReadOnlySpan<float> values)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<int>>(values);
        var largest = Vector<int>.Zero;
        foreach (var vector in vectors)
            largest = Vector.Max(largest, vector & new Vector<int>(Masks.MagnitudeBits));
        if (Vector.GreaterThanOrEqualAny(largest, new Vector<int>(Infinity)))
            return false;
        foreach (var value in values[(vectors.Length * Vector<int>.Count)..])
            if (!float.IsFinite(value))
                return false;
        return true;
    }
}
