using Evo.Merging.Methods.TaskVectors;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>The elections that <see cref="SmallSignElectionFormula{TCount, TDivisor}"/> takes: normalised, of two to four models that are trimmed and no more, with weights of one sign.</summary>
internal static class SmallSignElection
{
    public static bool Covers(SignElectionKernel kernel) =>
        kernel is { Normalize: true, SmallestDivisor: 0, Shares.Length: >= 2 and <= 4 }
        && Array.TrueForAll(kernel.Shares, TrimmedShare.Covers)
        && (Array.TrueForAll(kernel.Shares, share => share.Weight >= 0) || Array.TrueForAll(kernel.Shares, share => share.Weight <= 0))
        && SummedDivisor.Covers(kernel);
}
