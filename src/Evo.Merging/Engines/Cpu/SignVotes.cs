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

    public static void ReplaceZeros(Span<float> values, float value)
    {
        foreach (ref var vector in MemoryMarshal.Cast<float, Vector<float>>(values))
            vector = Vector.ConditionalSelect(Vector.Equals(vector, Vector<float>.Zero), new Vector<float>(value), vector);
        foreach (ref var element in values[(values.Length - (values.Length % Vector<float>.Count))..])
            element = element == 0 ? value : element;
    }

    public static long SumOfSigns(ReadOnlySpan<float> values)
    {
        var vectors = Vectors(values);
        var signs = Vector<int>.Zero;
        foreach (var vector in vectors)
            signs += Vector.LessThan(vector, Vector<float>.Zero) - Vector.GreaterThan(vector, Vector<float>.Zero);
        long sum = Vector.Sum(signs);
        foreach (var value in values[(vectors.Length * Vector<float>.Count)..])
            sum += value > 0 ? 1 : value < 0 ? -1 : 0;
        return sum;
    }

    private static ReadOnlySpan<Vector<float>> Vectors(ReadOnlySpan<float> values) => MemoryMarshal.Cast<float, Vector<float>>(values);

    private static Vector<float> Disagreeing(Vector<float> delta, Vector<float> vote) => Vector.AsVectorSingle(Vector.ConditionalSelect(
        Vector.GreaterThanOrEqual(vote, Vector<float>.Zero),
        Vector.LessThanOrEqual(delta, Vector<float>.Zero),
        Vector.GreaterThanOrEqual(delta, Vector<float>.Zero)));

    private static bool Disagrees(float delta, float vote) => vote >= 0 ? delta <= 0 : delta >= 0;
}
