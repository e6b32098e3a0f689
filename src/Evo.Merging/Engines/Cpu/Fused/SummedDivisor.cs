using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>The tally is the sum of the weights.</summary>
internal readonly struct SummedDivisor(SignElectionKernel kernel) : IElectedDivisor
{
    private readonly float _empty = EmptySum(kernel);

    public Vector512<float> Empty => Vector512.Create(_empty);

    public static bool Covers(SignElectionKernel kernel) => float.IsNormal(EmptySum(kernel));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Ballot(int model, Vector512<float> weight) => weight;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tallied(Vector512<float> tally, Vector512<float> ballot, Vector512<float> agrees) =>
        Avx512F.IsSupported ? Avx512F.BlendVariable(tally, tally + ballot, agrees) : tally + (agrees & ballot);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes Divide(Lanes sum, Lanes tally) => sum / tally;

    /// <summary>
    /// What the sum is where no model agrees, that is where all deltas are zero and their sum is: not zero itself, and so small that adding any of the weights to it gives
    /// that weight.
    /// </summary>
    private static float EmptySum(SignElectionKernel kernel) =>
        kernel.Shares.Select(share => MathF.Abs(share.Weight)).Where(weight => weight > 0).DefaultIfEmpty(1).Min() * 1e-9f;
}
