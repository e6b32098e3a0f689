using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>What follows when the sign is elected: the deltas that agree with it are summed, and tallied with it.</summary>
/// <param name="vote">Σ δᵢ: a vote of zero elects plus. -0 only where all deltas are zero.</param>
/// <param name="empty">What the tally begins at.</param>
/// <param name="constants">Of the formula: as its fields they stay in registers, where constants written here would be loaded each time.</param>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal struct Election<TDivisor>(Lanes vote, Vector512<float> empty, ElectionConstants constants)
    where TDivisor : struct, IElectedDivisor
{
    public Lanes Sum { get; private set; } = Lanes.Zero;

    public Lanes Tally { get; private set; } = new(empty, empty);

    /// <summary>The same as <see cref="Add"/> where nothing is added yet, in fewer operations.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddFirst(Lanes delta, Vector512<float> ballot)
    {
        if (!Avx512F.IsSupported)
        {
            Add(delta, ballot);
            return;
        }

        var turned = delta.TurnedBySignOf(vote, constants.SignBits);
        var first = Avx512F.CompareNotLessThanOrEqual(turned.First, constants.Zero);
        var second = Avx512F.CompareNotLessThanOrEqual(turned.Second, constants.Zero);
        Sum = new(Avx512F.BlendVariable(Vector512<float>.Zero, delta.First, first), Avx512F.BlendVariable(Vector512<float>.Zero, delta.Second, second));
        Tally = new(TDivisor.Tallied(empty, ballot, first), TDivisor.Tallied(empty, ballot, second));
    }

    /// <summary>Adds what agrees. NaN agrees with everything and infinity elects its own sign, so that a defect of a model comes through.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Lanes delta, Vector512<float> ballot)
    {
        var turned = delta.TurnedBySignOf(vote, constants.SignBits); // what agrees is positive
        if (Avx512F.IsSupported)
        {
            // Each mask is used twice, and neither as a vector of the same bits nor returned by a method, so that it stays in a mask register.
            var first = Avx512F.CompareNotLessThanOrEqual(turned.First, constants.Zero);
            var second = Avx512F.CompareNotLessThanOrEqual(turned.Second, constants.Zero);
            Sum = new(Avx512F.BlendVariable(Sum.First, Sum.First + delta.First, first), Avx512F.BlendVariable(Sum.Second, Sum.Second + delta.Second, second));
            Tally = new(TDivisor.Tallied(Tally.First, ballot, first), TDivisor.Tallied(Tally.Second, ballot, second));
        }
        else
        {
            var agrees = ~Vector512.LessThanOrEqual(turned.First, constants.Zero);
            Sum += new Lanes(agrees & delta.First);
            Tally = new(TDivisor.Tallied(Tally.First, ballot, agrees));
        }
    }
}
