using System.Collections.Immutable;
using Evo.Evaluation.Probes;
using Evo.Merging.Diagnostics;

namespace Evo.Cli.Output;

/// <summary>One model as <c>evo mri</c> sees it.</summary>
/// <param name="Probes">Null when it was not run.</param>
internal sealed record DiagnosedModel(ParentDiagnosis Signals, ProbeSignals? Probes)
{
    public string Name => Signals.Model;

    /// <summary>The mean distance of all probe sets, by layer; empty when the model was not run.</summary>
    public ImmutableArray<double> Layers => Probes?.Mean() ?? [];
}

/// <summary>What <c>evo mri</c> found, before it is written in any form.</summary>
/// <param name="Ratios">Empty unless there are two parents.</param>
/// <param name="Findings">Of the child; empty when it is healthy, or when there is none.</param>
internal sealed record MriReport(
    ImmutableArray<DiagnosedModel> Parents,
    ImmutableArray<TensorRatio> Ratios,
    DiagnosedModel? Child,
    ImmutableArray<HealthFinding> Findings);
