using System.Collections.Immutable;
using Evo.Inference.Activations;
using Evo.Inference.Tokenizers;

namespace Evo.Evaluation.Probes;

/// <summary>
/// How differently each layer of a model answers to texts of one kind than to generic ones: P(ℓ) = 1 − cos(mean h on the kind, mean h on generic text), h the residual
/// stream after layer ℓ. Means are over all tokens but the first of each text: the first one carries much the same huge activations whatever follows (an
/// "attention sink") and would make all means alike. The C1 card names the signal and leaves the averaging open; this is our reading.
/// </summary>
/// <param name="Sets">The kinds, without the generic one.</param>
/// <param name="ByLayer">For each layer, from the first, the distance of each kind, in [0, 2].</param>
public sealed record ProbeSignals(ImmutableArray<string> Sets, ImmutableArray<ImmutableArray<double>> ByLayer)
{
    public int Layers => ByLayer.Length;

    /// <summary>The distance of one kind in every layer.</summary>
    /// <exception cref="ArgumentException">There is no such kind.</exception>
    public ImmutableArray<double> Of(string set) => Sets.IndexOf(set) is >= 0 and var index
        ? [.. ByLayer.Select(layer => layer[index])]
        : throw new ArgumentException($"there is no probe set '{set}'; there are {string.Join(", ", Sets)}", nameof(set));

    /// <summary>The mean of all kinds in every layer, or their mean weighted by what a merge is for.</summary>
    /// <param name="weights">A weight for some kinds, 0 or more; others count 0. Null weights all alike.</param>
    /// <exception cref="ArgumentException">A kind that there is not, a negative weight, or weights that are all 0.</exception>
    public ImmutableArray<double> Mean(IReadOnlyDictionary<string, double>? weights = null)
    {
        if (weights?.Keys.FirstOrDefault(name => !Sets.Contains(name)) is { } stranger)
            throw new ArgumentException($"there is no probe set '{stranger}'; there are {string.Join(", ", Sets)}", nameof(weights));
        double[] shares = [.. Sets.Select(set => weights is null ? 1 : weights.GetValueOrDefault(set))];
        if (shares.Any(share => !(share >= 0)) || !(shares.Sum() > 0))
            throw new ArgumentException("weights of probe sets must be 0 or more, and one above 0", nameof(weights));
        return [.. ByLayer.Select(layer => layer.Zip(shares, (distance, share) => distance * share).Sum() / shares.Sum())];
    }

    /// <summary>Runs a model over all sets; texts are cut off after 256 tokens.</summary>
    /// <param name="sets">With one called <see cref="ProbeSets.Generic"/>.</param>
    /// <exception cref="Evo.Checkpoints.CheckpointException">The architecture cannot be run.</exception>
    /// <exception cref="Evo.Inference.NonFiniteModelException">Hidden states are NaN or infinite.</exception>
    /// <exception cref="ArgumentException">There is no generic set, or a set gives no text of two tokens.</exception>
    public static ProbeSignals Compute(
        IWeightReader model, ITokenizer tokenizer, ImmutableArray<ProbeSet> sets, int workers = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var generic = sets.FirstOrDefault(set => set.Name == ProbeSets.Generic) ?? throw new ArgumentException("there is no generic set to compare with", nameof(sets));
        var kinds = sets.Remove(generic);
        var contextLength = ActivationProbe.ContextLength(model.Config);
        var sequences = new List<ReadOnlyMemory<int>>();
        var setOf = new List<int>();
        foreach (var (index, set) in kinds.Insert(0, generic).Index())
        {
            foreach (var text in set.Texts)
            {
                var tokens = ProbeTokens.Of(text, tokenizer, contextLength);
                if (tokens.Length < 2)
                    continue;
                sequences.Add(tokens);
                setOf.Add(index);
            }

            if (setOf.LastOrDefault(-1) != index)
                throw new ArgumentException($"the probe set {set.Name} gives no text of two tokens", nameof(sets));
        }

        var means = new Means([.. setOf], kinds.Length + 1);
        ActivationProbe.Run(model, sequences, means, workers, cancellation);
        return new ProbeSignals([.. kinds.Select(set => set.Name)], [.. means.Distances]);
    }

    private sealed class Means(ImmutableArray<int> setOf, int sets) : IActivationVisitor
    {
        private double[][]? _sums;

        public List<ImmutableArray<double>> Distances { get; } = [];

        public bool Wants(int layer, ActivationSite site) => layer >= 0 && site == ActivationSite.Hidden;

        public void Visit(ActivationBatch batch)
        {
            var width = batch.Width;
            _sums ??= [.. Enumerable.Range(0, sets).Select(_ => new double[width])];
            for (var sequence = 0; sequence < batch.Sequences; sequence++)
            {
                var sums = _sums[setOf[batch.FirstSequence + sequence]];
                var rows = batch.Of(sequence);
                for (var index = width; index < rows.Length; index++)
                    sums[index % width] += rows[index];
            }
        }

        public void LayerDone(int layer)
        {
            if (_sums is null)
                return;
            Distances.Add([.. Enumerable.Range(1, sets - 1).Select(set => Distance(_sums[0], _sums[set]))]);
            _sums = null;
        }

        /// <summary>Sums point where means point. Nothing can be said of a mean of 0, which counts as no distance.</summary>
        private static double Distance(double[] generic, double[] kind)
        {
            var (dot, one, other) = (0.0, 0.0, 0.0);
            for (var channel = 0; channel < kind.Length; channel++)
            {
                dot += generic[channel] * kind[channel];
                one += generic[channel] * generic[channel];
                other += kind[channel] * kind[channel];
            }

            return one > 0 && other > 0 ? 1 - Math.Clamp(dot / Math.Sqrt(one * other), -1, 1) : 0;
        }
    }
}
