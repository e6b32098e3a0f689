using System.Collections.Immutable;
using Evo.Merging.Diagnostics;

namespace Evo.Cli.Output;

/// <summary>What <c>evo mri</c> found, before it is written in any form.</summary>
/// <param name="Ratios">Empty unless there are two parents.</param>
/// <param name="Findings">Of the child; empty when it is healthy, or when there is none.</param>
internal sealed record MriReport(
    ImmutableArray<ParentDiagnosis> Parents,
    ImmutableArray<TensorRatio> Ratios,
    ParentDiagnosis? Child,
    ImmutableArray<HealthFinding> Findings);
