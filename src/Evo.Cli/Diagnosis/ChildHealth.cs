using System.Collections.Immutable;
using System.Globalization;
using Evo.Cli.Output;
using Evo.Evaluation.Probes;
using Evo.Merging.Diagnostics;

namespace Evo.Cli.Diagnosis;

/// <summary>The four parts of a child's health check (<see cref="HealthCheck"/>), as far as the models were run.</summary>
/// <param name="Findings">None for a child that is healthy in what was checked.</param>
/// <param name="Checked">What was compared with the parents.</param>
/// <param name="Unchecked">What was not, and why.</param>
internal sealed record ChildHealth(
    DiagnosedModel Child, ImmutableArray<HealthFinding> Findings, ImmutableArray<string> Checked, ImmutableArray<string> Unchecked)
{
    public static ChildHealth Of(DiagnosedModel child, DiagnosedModel first, DiagnosedModel second)
    {
        var findings = HealthCheck.OfTensors(child.Signals, first.Signals, second.Signals).ToBuilder();
        List<string> done = [Count($"{child.Signals.Tensors.Length} tensors")], left = [];
        if (child.Damage is { } damage)
            findings.Add(new HealthFinding("forward pass", damage));

        ImmutableArray<DiagnosedModel> all = [child, first, second];
        if (all.Any(model => model.Layers.IsEmpty))
            left.Add($"what the layers answer to: {WhyNot(all)}");
        else if (all.Any(model => model.Layers.Length != child.Layers.Length))
            left.Add("what the layers answer to: the models have different numbers of layers");
        else
        {
            done.Add(Count($"{child.Layers.Length} layers"));
            findings.AddRange(HealthCheck.OfLayers(child.Layers, first.Layers, second.Layers));
        }

        if (child.Fluency is { } own && first.Fluency is { } one && second.Fluency is { } other)
        {
            done.Add(Count($"the loss on {own.Texts} generic texts"));
            done.Add(Count($"{own.Generations.Length} generations"));
            findings.AddRange(HealthCheck.OfLoss(own.Loss, one.Loss, other.Loss));
            findings.AddRange(HealthCheck.OfRepetition(own.Repeated.Length, one.Repeated.Length, other.Repeated.Length, own.Generations.Length));
        }
        else
        {
            left.Add($"loss on generic text and repetition: {WhyNot(all)}");
        }

        return new ChildHealth(child, findings.ToImmutable(), [.. done], [.. left]);
    }

    private static string WhyNot(ImmutableArray<DiagnosedModel> models) =>
        models.Select(model => (model.Damage ?? model.NotRun) is { } reason ? $"{model.Name}: {reason}" : null).FirstOrDefault(reason => reason is not null)
        ?? "the models were not run; --probe runs them";

    private static string Count(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
