using Evo.Merging.Engines.Cpu;

namespace Evo.Merging.Tests.Engines;

/// <summary>Vector kernels against their definitions, at every length around the vector sizes, and with values that are not finite.</summary>
public sealed class KernelTests
{
    public static TheoryData<int> Lengths => [.. Enumerable.Range(0, 40), 1000];

    [Theory, MemberData(nameof(Lengths))]
    public void Agreeing_deltas_are_added(int length)
    {
        var (delta, vote) = (Coarse(length, 1), Coarse(length, 2));
        var sum = Coarse(length, 3);
        var divisor = new float[length];
        var expected = sum.Select((value, i) => Agrees(delta[i], vote[i]) ? value + delta[i] : value).ToArray();
        SignVotes.AddAgreeing(delta, vote, sum);
        SignVotes.AddWhereAgreeing(delta, vote, 0.5f, divisor);
        Assert.Equal(expected, sum);
        Assert.Equal(delta.Select((value, i) => Agrees(value, vote[i]) ? 0.5f : 0), divisor);
    }

    [Theory, MemberData(nameof(Lengths))]
    public void Divisors_near_zero_are_guarded(int length)
    {
        var (values, divisor) = (Coarse(length, 1), Coarse(length, 2));
        var expected = values.Select((value, i) => value / (divisor[i] == 0 ? 1 : MathF.CopySign(Math.Max(Math.Abs(divisor[i]), 0.7f), divisor[i]))).ToArray();
        SignVotes.DivideBy(values, divisor, 0.7f);
        Assert.Equal(expected, values);
    }

    [Theory, MemberData(nameof(Lengths))]
    public void Sums_are_in_float64(int length)
    {
        var (left, right) = (Coarse(length, 1), Coarse(length, 2));
        Assert.Equal(left.Zip(right, (x, y) => (double)x * y).Sum(), Reductions.Dot(left, right), 1e-9);
        Assert.Equal(left.Sum(x => Math.Abs((double)x)), Reductions.SumOfMagnitudes(left), 1e-9);
    }

    [Theory, MemberData(nameof(Lengths))]
    public void A_value_that_is_not_finite_is_seen_anywhere(int length)
    {
        var values = Coarse(length, 1);
        Assert.True(OutputRounding.AllFinite(values));
        for (var i = 0; i < length; i++)
            foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
            {
                var spoilt = (float[])values.Clone();
                spoilt[i] = bad;
                Assert.False(OutputRounding.AllFinite(spoilt));
            }
    }

    [Fact]
    public void NaN_is_added_whatever_the_vote()
    {
        var sum = new float[20];
        SignVotes.AddAgreeing([.. Enumerable.Repeat(float.NaN, 20)], Coarse(20, 1), sum);
        Assert.All(sum, value => Assert.True(float.IsNaN(value)));
    }

    private static bool Agrees(float delta, float vote) => Math.Sign(delta) == (vote >= 0 ? 1 : -1);

    private static float[] Coarse(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(-4, 5) / 4f)];
    }
}
