using System.Collections.Immutable;
using System.Globalization;
using System.Numerics.Tensors;

namespace Evo.Merging.Diagnostics;

/// <summary>What is wrong with one tensor or layer of a merged model.</summary>
/// <param name="Where">The tensor's name, or <c>layer 12</c>.</param>
public sealed record HealthFinding(string Where, string Problem);

/// <summary>
/// Compares a child with both parents (arXiv:2605.14386, V6; its formula is not public). The documented reading: a tensor is sick when it holds a value that is not
/// finite or when its norm leaves [0.5, 1.5] times what the parents span; a layer has lost a function when its probe signal falls more than 0.2 of the
/// profile's range below both parents, and shows interference when it rises as much above both.
/// </summary>
public static class HealthCheck
{
    private const double LeastNorm = 0.5;
    private const double MostNorm = 1.5;
    private const double ProbeTolerance = 0.2;

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

    /// <summary>True when a tensor's norm is finite and lies in [0.5, 1.5] times the range of its parents' norms, of which there is one or more.</summary>
    public static bool IsWithin(double child, params ReadOnlySpan<double> parents) =>
        child >= LeastNorm * TensorPrimitives.Min(parents) && child <= MostNorm * TensorPrimitives.Max(parents);

    private static string? NormProblem(double child, double first, double second) => IsWithin(child, first, second)
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"its norm is {child:G3}, the parents' are {first:G3} and {second:G3}");
}
