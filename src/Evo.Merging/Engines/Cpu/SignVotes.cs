using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Evo.Merging.Engines.Cpu;

/// <summary>The kernels of the sign election. A delta disagrees when it is zero or opposed to the vote's sign; a vote of zero counts as plus.</summary>
internal static class SignVotes
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddAgreeing(ReadOnlySpan<float> delta, ReadOnlySpan<float> vote, Span<float> sum)
    {
        var deltas = Vectors(delta);
        var votes = Vectors(vote);
        var sums = MemoryMarshal.Cast<float, Vector<float>>(sum);
        for (var i = 0; i < sums.Length; i++)
            sums[i] += Vector.AndNot(deltas[i], Disagreeing(deltas[i], votes[i]));
        for (var i = sums.Length * Vector<float>.Count; i < sum.Length; i++)
            if (!Disagrees(delta[i], vote[i]))
                sum[i] += delta[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddWhereAgreeing(ReadOnlySpan<float> delta, ReadOnlySpan<float> vote, float amount, Span<float> sum)
    {
        var deltas = Vectors(delta);
        var votes = Vectors(vote);
        var amounts = new Vector<float>(amount);
        var sums = MemoryMarshal.Cast<float, Vector<float>>(sum);
        for (var i = 0; i < sums.Length; i++)
            sums[i] += Vector.AndNot(amounts, Disagreeing(deltas[i], votes[i]));
        for (var i = sums.Length * Vector<float>.Count; i < sum.Length; i++)
            if (!Disagrees(delta[i], vote[i]))
                sum[i] += amount;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DivideBy(Span<float> values, ReadOnlySpan<float> divisor, float smallest)
    {
        var divisors = Vectors(divisor);
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        for (var i = 0; i < vectors.Length; i++)
        {
            var kept = Vector.ConditionalSelect(
                Vector.LessThan(Vector.Abs(divisors[i]), new Vector<float>(smallest)),
                Vector.CopySign(new Vector<float>(smallest), divisors[i]),
                divisors[i]);
            vectors[i] /= Vector.ConditionalSelect(Vector.Equals(divisors[i], Vector<float>.Zero), Vector<float>.One, kept);
        }

        for (var i = vectors.Length * Vector<float>.Count; i < values.Length; i++)
            values[i] /= divisor[i] == 0 ? 1 : MathF.Abs(divisor[i]) < smallest ? MathF.CopySign(smallest, divisor[i]) : divisor[i];
    }

    private static ReadOnlySpan<Vector<float>> Vectors(ReadOnlySpan<float> values) => MemoryMarshal.Cast<float, Vector<float>>(values);

    private static Vector<float> Disagreeing(Vector<float> delta, Vector<float> vote) => Vector.AsVectorSingle(Vector.ConditionalSelect(
        Vector.GreaterThanOrEqual(vote, Vector<float>.Zero),
        Vector.LessThanOrEqual(delta, Vector<float>.Zero),
        Vector.GreaterThanOrEqual(delta, Vector<float>.Zero)));

    private static bool Disagrees(float delta, float vote) => vote >= 0 ? delta <= 0 : delta >= 0;
}
