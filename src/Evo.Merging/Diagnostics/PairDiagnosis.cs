using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;

namespace Evo.Merging.Diagnostics;

/// <summary>The diagnostic share of the second of two parents in one tensor.</summary>
/// <param name="Ratio">r_MRI in [0, 1] from ranks; ½ says that the diagnosis is undecided.</param>
/// <param name="RawRatio">The same from the published score as it is.</param>
public sealed record TensorRatio(string Name, TensorPlace Place, double Ratio, double RawRatio);

/// <summary>Two diagnosed parents, compared tensor by tensor.</summary>
public static class PairDiagnosis
{
    /// <param name="firstProbe">The first parent's probe signal by layer (cosine distances); empty when it was not probed.</param>
    /// <param name="secondProbe">The second parent's; both or none are used.</param>
    /// <param name="staticWeight">Weight of the static signals where there are probes.</param>
    /// <returns>The tensors that both have, in the first one's order.</returns>
    public static ImmutableArray<TensorRatio> Of(
        ParentDiagnosis first,
        ParentDiagnosis second,
        ImmutableArray<double> firstProbe,
        ImmutableArray<double> secondProbe,
        double staticWeight = 0.4)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var others = second.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var shared = first.Tensors.Where(tensor => others.ContainsKey(tensor.Name)).ToArray();
        var isProbed = !firstProbe.IsDefaultOrEmpty && !secondProbe.IsDefaultOrEmpty;
        var one = shared.Select(tensor => Signals(tensor, isProbed ? firstProbe : [])).ToArray();
        var other = shared.Select(tensor => Signals(others[tensor.Name], isProbed ? secondProbe : [])).ToArray();
        var ranked = MriRatio.Of(one, other, staticWeight);
        var raw = MriRatio.Of(one, other, staticWeight, byRank: false);
        return [.. shared.Select((tensor, index) => new TensorRatio(tensor.Name, tensor.Place, ranked[index], raw[index]))];
    }

    /// <summary>The probe of a tensor is its layer's; that of the first layer for embeddings, and of the last for the head.</summary>
    private static TensorSignals Signals(TensorDiagnosis tensor, ImmutableArray<double> probe)
    {
        if (probe.IsEmpty)
            return new TensorSignals(tensor.Place, tensor.Signals, double.NaN);
        var layer = tensor.Place.Component == Component.Head ? probe.Length - 1 : Math.Min(tensor.Place.Layer ?? 0, probe.Length - 1);
        return new TensorSignals(tensor.Place, tensor.Signals, probe[layer]);
    }
}
