using System.Collections.Immutable;
using Evo.Checkpoints.Architectures;

namespace Evo.Merging.Diagnostics;

/// <summary>What is known of one tensor in one parent. <paramref name="Probe"/> is the cosine distance of its layer's activations, NaN when unknown.</summary>
public readonly record struct TensorSignals(TensorPlace Place, StaticSignals Static, double Probe);

/// <summary>
/// The diagnostic share of the second of two parents, tensor by tensor: r_MRI = MRI_B / (MRI_A + MRI_B), MRI = w · static + (1 − w) · probe
/// (arXiv:2605.14386; w = 0.4 in its later releases). How the terms are made comparable is not public; here each is replaced by its rank among the tensors
/// of one kind over both parents, and the static terms keep the proportions 0.5 : 0.3 : 0.2 of the published score.
/// </summary>
public static class MriRatio
{
    /// <param name="first">Parent A, tensor by tensor.</param>
    /// <param name="second">Parent B, the same tensors in the same order.</param>
    /// <param name="staticWeight">w in [0, 1]; 1 where a tensor has no probe signal.</param>
    /// <param name="byRank">False for the published score as it is, which differs too little between real models to say much.</param>
    /// <returns>Shares of B in [0, 1]; ½ where a signal is not a number.</returns>
    public static ImmutableArray<double> Of(
        IReadOnlyList<TensorSignals> first, IReadOnlyList<TensorSignals> second, double staticWeight, bool byRank = true)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count != second.Count)
            throw new ArgumentException("both parents need the same tensors", nameof(second));
        var ratios = new double[first.Count];
        foreach (var kind in Enumerable.Range(0, first.Count).GroupBy(index => (first[index].Place.Component, first[index].Place.Part)))
        {
            int[] members = [.. kind];
            TensorSignals[] both = [.. members.Select(index => first[index]), .. members.Select(index => second[index])];
            var statics = byRank ? RankedStatic(both) : [.. both.Select(signals => signals.Static.Score)];
            var probes = byRank ? RankNormalization.Of([.. both.Select(signals => signals.Probe)]) : [.. both.Select(signals => signals.Probe)];
            for (var i = 0; i < members.Length; i++)
                ratios[members[i]] = Share(
                    Combined(statics[i], probes[i], staticWeight), Combined(statics[i + members.Length], probes[i + members.Length], staticWeight));
        }

        return [.. ratios];
    }

    private static double[] RankedStatic(TensorSignals[] signals)
    {
        var entropy = RankNormalization.Of([.. signals.Select(one => one.Static.Entropy)]);
        var deviation = RankNormalization.Of([.. signals.Select(one => one.Static.StandardDeviation)]);
        var norm = RankNormalization.Of([.. signals.Select(one => one.Static.Norm)]);
        return [.. Enumerable.Range(0, signals.Length).Select(i => (0.5 * entropy[i]) + (0.3 * deviation[i]) + (0.2 * norm[i]))];
    }

    private static double Combined(double @static, double probe, double staticWeight) =>
        double.IsNaN(probe) ? @static : (staticWeight * @static) + ((1 - staticWeight) * probe);

    private static double Share(double first, double second) =>
        second / (first + second) is var share && double.IsFinite(share) ? Math.Clamp(share, 0, 1) : 0.5;
}
