using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;

namespace Evo.Merging.ReadBudgets;

/// <summary>What a read budget leaves out, by model and component.</summary>
public sealed record ReadBudgetReport(ImmutableArray<SkippedShare> Shares)
{
    public long Bytes => Shares.Sum(share => share.Bytes);

    public long SkippedBytes => Shares.Sum(share => share.SkippedBytes);

    /// <summary>Σ τ² of what is left out by Σ τ² of everything, in [0, 1]; 0 where all task vectors are zero.</summary>
    public double SkippedEnergyShare => Shares.Sum(share => share.Energy) is var energy and > 0 ? Shares.Sum(share => share.SkippedEnergy) / energy : 0;
}

/// <param name="Energy">Σ τ², unweighted, in float64.</param>
public sealed record SkippedShare(
    string Model, Component Component, int Blocks, int SkippedBlocks, long Bytes, long SkippedBytes, double Energy, double SkippedEnergy);
