using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>What follows when the votes are counted: the deltas that agree with the elected sign are summed, and so are their weights.</summary>
/// <param name="vote">Σ δᵢ: a vote of zero elects plus. -0 only where all deltas are zero.</param>
/// <param name="divisor">What the sum of the weights begins at.</param>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal struct Election(Lanes vote, Vector512<float> divisor)
{
    private readonly Lanes _sign = vote & Vector512.Create(-0f);

    public Lanes Sum { get; private set; } = Lanes.Zero;

    public Lanes Divisor { get; private set; } = new(divisor, divisor);

    /// <summary>Adds what agrees. NaN agrees with everything and infinity elects its own sign, so that a defect of a model comes through.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Lanes delta, Vector512<float> weight)
    {
        // Turned by the sign of the vote, what agrees is positive.
        var turned = delta ^ _sign;
        if (Avx512F.IsSupported)
        {
            // Each mask is used twice and never as a vector of the same bits, so that it stays in a mask register.
            var first = Avx512F.CompareNotLessThanOrEqual(turned.First, Vector512<float>.Zero);
            var second = Avx512F.CompareNotLessThanOrEqual(turned.Second, Vector512<float>.Zero);
            Sum = new(Avx512F.BlendVariable(Sum.First, Sum.First + delta.First, first), Avx512F.BlendVariable(Sum.Second, Sum.Second + delta.Second, second));
            Divisor = new(Avx512F.BlendVariable(Divisor.First, Divisor.First + weight, first), Avx512F.BlendVariable(Divisor.Second, Divisor.Second + weight, second));
        }
        else
        {
            var agrees = ~Vector512.LessThanOrEqual(turned.First, Vector512<float>.Zero);
            Sum += new Lanes(agrees & delta.First);
            Divisor += new Lanes(agrees & weight);
        }
    }
}
