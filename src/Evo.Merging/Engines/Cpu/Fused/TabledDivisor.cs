using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>
/// The tally is a whole number whose bits tell which models agree: the index into a table of the sums that their weights can have. Each sum is a
/// <see cref="KnownDivisor"/>, because a division takes as long as about eight other operations (with AVX-512, where this was measured).
/// </summary>
internal readonly struct TabledDivisor(Vector512<float> high, Vector512<float> low) : IElectedDivisor
{
    public Vector512<float> Empty => Vector512<float>.Zero;

    /// <summary>
    /// False without AVX-512, for sums that are no <see cref="KnownDivisor"/>, and where an agreeing delta may be too small a dividend. Such deltas have one sign: their sum is
    /// at least the smallest magnitude that is kept, times its weight.
    /// </summary>
    /// <param name="kernel">One that <see cref="SmallSignElection"/> covers: a sum of weights is 0 only where all of them are.</param>
    public static bool TryCreate(SignElectionKernel kernel, out TabledDivisor divisor)
    {
        divisor = default;
        if (!Avx512F.IsSupported || !Array.TrueForAll(kernel.Shares, KeepsDividends))
            return false;
        Span<float> high = stackalloc float[Vector512<float>.Count];
        Span<float> low = stackalloc float[Vector512<float>.Count];
        high.Clear();
        low.Clear();
        for (var subset = 1; subset < 1 << kernel.Shares.Length; subset++)
        {
            var sum = SumOfWeights(kernel.Shares, subset);
            if (sum == 0)
                continue; // such models agree only where they are NaN, and times 0 that stays NaN
            if (!KnownDivisor.TryCreate(sum, out var known))
                return false;
            (high[subset], low[subset]) = (known.High, known.Low);
        }

        divisor = new TabledDivisor(Vector512.Create<float>(high), Vector512.Create<float>(low));
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Ballot(int model, Vector512<float> weight) => Vector512.Create(1 << model).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tallied(Vector512<float> tally, Vector512<float> ballot, Vector512<float> agrees) =>
        Avx512F.BlendVariable(tally, tally | ballot, agrees);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes Divide(Lanes sum, Lanes tally) => new(Divide(sum.First, tally.First), Divide(sum.Second, tally.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> Divide(Vector512<float> sum, Vector512<float> tally) =>
        Vector512.FusedMultiplyAdd(sum, Avx512F.PermuteVar16x32(high, tally.AsInt32()), sum * Avx512F.PermuteVar16x32(low, tally.AsInt32()));

    private static bool KeepsDividends(TaskVectorShare share) =>
        share.Weight == 0 || MathF.Abs(share.Weight) * (share.Sparsity.Cut?.Threshold ?? 0) >= KnownDivisor.SmallestDividend;

    /// <summary>In the order in which the kernel adds them up.</summary>
    private static float SumOfWeights(TaskVectorShare[] shares, int subset)
    {
        var sum = 0f;
        for (var model = 0; model < shares.Length; model++)
            if ((subset & (1 << model)) != 0)
                sum += shares[model].Weight;
        return sum;
    }
}
