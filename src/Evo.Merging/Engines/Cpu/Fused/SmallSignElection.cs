using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>The elections that <see cref="SmallSignElectionFormula{TCount}"/> takes: normalised, of two to four models that are trimmed and no more, with weights of one sign.</summary>
internal static class SmallSignElection
{
    public static bool Covers(SignElectionKernel kernel) =>
        kernel is { Normalize: true, SmallestDivisor: 0, Shares.Length: >= 2 and <= 4 }
        && Array.TrueForAll(kernel.Shares, TrimmedShare.Covers)
        && (Array.TrueForAll(kernel.Shares, share => share.Weight >= 0) || Array.TrueForAll(kernel.Shares, share => share.Weight <= 0))
        && float.IsNormal(NoDivisor(kernel));

    /// <summary>
    /// What the divisor is where no model agrees, that is where all deltas are zero and their sum is: not zero itself, and so small that adding any of the weights to it
    /// gives that weight.
    /// </summary>
    public static float NoDivisor(SignElectionKernel kernel) =>
        kernel.Shares.Select(share => MathF.Abs(share.Weight)).Where(weight => weight > 0).DefaultIfEmpty(1).Min() * 1e-9f;
}
