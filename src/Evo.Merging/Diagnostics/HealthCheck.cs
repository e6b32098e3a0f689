using System.Collections.Immutable;
using System.Globalization;
using System.Numerics.Tensors;

namespace Evo.Merging.Diagnostics;

/// <summary>What is wrong with a merged model, and where.</summary>
/// <param name="Where">The tensor's name, <c>layer 12</c>, <c>generic text</c> or <c>generations</c>.</param>
public sealed record HealthFinding(string Where, string Problem);

/// <summary>
/// Compares a child with both parents (arXiv:2605.14386, V6; its formula is not public). The documented reading, card C1: a tensor is sick when it holds a value that is not
/// finite or when its norm leaves [0.5, 1.5] times what the parents span; a layer has lost a function when its probe signal falls more than 0.2 of the
/// profile's range below both parents, and shows interference when it rises as much above both; the model has lost its language when its next-token loss on
/// generic text is more than 0.5 nats above both parents', and degenerates when more of its greedy texts than of either parent's repeat themselves.
/// </summary>
public static class HealthCheck
{
    private const double LeastNorm = 0.5;
    private const double MostNorm = 1.5;
    private const double ProbeTolerance = 0.2;
    private const double LossTolerance = 0.5; // nats a token

    /// <summary>Findings from the static signals; none for a healthy child.</summary>
    public static ImmutableArray<HealthFinding> OfTensors(ParentDiagnosis child, ParentDiagnosis first, ParentDiagnosis second)
    {
        ArgumentNullException.ThrowIfNull(child);
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var (a, b) = (first.Tensors.ToDictionary(tensor => tensor.Name), second.Tensors.ToDictionary(tensor => tensor.Name));
        var findings = ImmutableArray.CreateBuilder<HealthFinding>();
        foreach (var tensor in child.Tensors)
            if (!tensor.Signals.IsFinite)
                findings.Add(new HealthFinding(tensor.Name, "holds NaN or infinite values"));
            else if (a.GetValueOrDefault(tensor.Name) is { } one && b.GetValueOrDefault(tensor.Name) is { } other
                && NormProblem(tensor.Signals.Norm, one.Signals.Norm, other.Signals.Norm) is { } problem)
                findings.Add(new HealthFinding(tensor.Name, problem));
        return findings.ToImmutable();
    }

    /// <summary>Findings from probe profiles, one value a layer; all three of equal length.</summary>
    public static ImmutableArray<HealthFinding> OfLayers(
        ImmutableArray<double> child, ImmutableArray<double> first, ImmutableArray<double> second)
    {
        if (child.Length != first.Length || child.Length != second.Length)
            throw new ArgumentException("the profiles need equally many layers", nameof(child));
        if (child.IsEmpty)
            return [];
        var parents = first.Concat(second).ToArray();
        var tolerance = ProbeTolerance * Math.Abs(parents.Max() - parents.Min());
        var findings = ImmutableArray.CreateBuilder<HealthFinding>();
        for (var layer = 0; layer < child.Length; layer++)
        {
            var (least, most) = (Math.Min(first[layer], second[layer]), Math.Max(first[layer], second[layer]));
            var problem = child[layer] < least - tolerance ? "function loss: it answers less to the probes than either parent"
                : child[layer] > most + tolerance ? "interference: it answers more to the probes than either parent"
                : !double.IsFinite(child[layer]) ? "its activations are not finite"
                : null;
            if (problem is not null)
                findings.Add(new HealthFinding(string.Create(CultureInfo.InvariantCulture, $"layer {layer}"), problem));
        }

        return findings.ToImmutable();
    }

    /// <summary>Findings from the mean next-token losses on one generic text, in nats a token.</summary>
    public static ImmutableArray<HealthFinding> OfLoss(double child, double first, double second) => child <= Math.Max(first, second) + LossTolerance
        ? []
        : [new HealthFinding("generic text", string.Create(CultureInfo.InvariantCulture, $"its next-token loss is {child:0.00} nats, the parents' are {first:0.00} and {second:0.00}"))];

    /// <summary>
    /// Findings from greedy continuations of the same prompts. Small models repeat themselves though nothing is wrong with them, so that it counts against the child
    /// only where both parents do it less.
    /// </summary>
    /// <param name="child">How many of the child's texts repeat themselves.</param>
    /// <param name="generations">Of how many.</param>
    public static ImmutableArray<HealthFinding> OfRepetition(int child, int first, int second, int generations) => child <= Math.Max(first, second)
        ? []
        : [new HealthFinding("generations", string.Create(CultureInfo.InvariantCulture, $"{child} of {generations} repeat themselves, of the parents' {first} and {second}"))];

    /// <summary>True when a tensor's norm is finite and lies in [0.5, 1.5] times the range of its parents' norms, of which there is one or more.</summary>
    public static bool IsWithin(double child, params ReadOnlySpan<double> parents) =>
        child >= LeastNorm * TensorPrimitives.Min(parents) && child <= MostNorm * TensorPrimitives.Max(parents);

    private static string? NormProblem(double child, double first, double second) => IsWithin(child, first, second)
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"its norm is {child:G3}, the parents' are {first:G3} and {second:G3}");
}
