using System.Numerics;
using System.Runtime.InteropServices;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Sums of vectors that are divided by how many of them have an element.</summary>
internal static class Sharing
{
    public static void CountNonZero(ReadOnlySpan<float> values, Span<float> counts)
    {
        var x = MemoryMarshal.Cast<float, Vector<float>>(values);
        var count = MemoryMarshal.Cast<float, Vector<float>>(counts);
        for (var i = 0; i < x.Length; i++)
            count[i] += Vector.AndNot(Vector<float>.One, Vector.AsVectorSingle(Vector.Equals(x[i], Vector<float>.Zero)));
        for (var i = x.Length * Vector<float>.Count; i < values.Length; i++)
            counts[i] += values[i] == 0 ? 0 : 1;
    }

    public static (long NonZero, long Alone) NonZeroAndAlone(ReadOnlySpan<float> values, ReadOnlySpan<float> counts)
    {
        var x = MemoryMarshal.Cast<float, Vector<float>>(values);
        var count = MemoryMarshal.Cast<float, Vector<float>>(counts);
        var (nonZeros, alones) = (Vector<int>.Zero, Vector<int>.Zero);
        for (var i = 0; i < x.Length; i++)
        {
            var nonZero = ~Vector.Equals(x[i], Vector<float>.Zero);
            nonZeros -= nonZero;
            alones -= nonZero & Vector.Equals(count[i], Vector<float>.One);
        }

        var (total, alone) = ((long)Vector.Sum(nonZeros), (long)Vector.Sum(alones));
        for (var i = x.Length * Vector<float>.Count; i < values.Length; i++)
            if (values[i] != 0)
            {
                total++;
                alone += counts[i] == 1 ? 1 : 0;
            }

        return (total, alone);
    }

    public static void AddShared(ReadOnlySpan<float> values, ReadOnlySpan<float> counts, float factor, Span<float> sums)
    {
        var x = MemoryMarshal.Cast<float, Vector<float>>(values);
        var count = MemoryMarshal.Cast<float, Vector<float>>(counts);
        var sum = MemoryMarshal.Cast<float, Vector<float>>(sums);
        for (var i = 0; i < x.Length; i++)
            sum[i] += Vector.ConditionalSelect(
                Vector.Equals(count[i], Vector<float>.One), x[i] * new Vector<float>(factor), x[i] / Vector.Max(count[i], Vector<float>.One));
        for (var i = x.Length * Vector<float>.Count; i < values.Length; i++)
            sums[i] += counts[i] == 1 ? values[i] * factor : values[i] / Math.Max(counts[i], 1);
    }
}
