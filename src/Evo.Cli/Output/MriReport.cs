using System.Collections.Immutable;
using Evo.Cli.Diagnosis;
using Evo.Evaluation.Probes;
using Evo.Merging.Diagnostics;

namespace Evo.Cli.Output;

/// <summary>One model as <c>evo mri</c> sees it.</summary>
/// <param name="Probes">Null when it was not run, or cannot be.</param>
/// <param name="Fluency">Null without a child, and when it was not run.</param>
/// <param name="Damage">What running it came upon: NaN or infinite values, tokens that it has no row for.</param>
/// <param name="NotRun">Why it has no fluency, though it was asked for and nothing is wrong with the model.</param>
internal sealed record DiagnosedModel(ParentDiagnosis Signals, ProbeSignals? Probes = null, FluencySignals? Fluency = null, string? Damage = null, string? NotRun = null)
{
    public string Name => Signals.Model;

    /// <summary>The mean distance of all probe sets, by layer; empty when the model was not run.</summary>
    public ImmutableArray<double> Layers => Probes?.Mean() ?? [];
}

/// <summary>What <c>evo mri</c> found, before it is written in any form.</summary>
/// <param name="Ratios">Empty unless there are two parents.</param>
/// <param name="Health">Of the child; null when there is none.</param>
internal sealed record MriReport(ImmutableArray<DiagnosedModel> Parents, ImmutableArray<TensorRatio> Ratios, ChildHealth? Health);
