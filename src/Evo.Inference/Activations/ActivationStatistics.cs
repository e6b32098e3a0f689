namespace Evo.Inference.Activations;

/// <summary>
/// Statistics of the inputs of every linear map of a decoder over a set of sequences: per channel the mean of |x| and x², and on request the mean of x xᵀ. One layer's
/// are in memory at a time (8 · width² bytes for each matrix). The same bits for any number of workers.
/// </summary>
public static class ActivationStatistics
{
    /// <param name="sequences">Token ids, none empty, none longer than the model's window.</param>
    /// <param name="sink">Gets a site as soon as all sequences have passed its layer.</param>
    /// <param name="grams">Whether to compute x xᵀ: 2 · tokens · width² operations a site.</param>
    /// <param name="workers">Threads; 0 for one per core.</param>
    /// <exception cref="Evo.Checkpoints.CheckpointException">The configuration cannot be run, or a tensor is missing.</exception>
    /// <exception cref="ArgumentException">A sequence is empty, too long, or holds a token outside the vocabulary.</exception>
    /// <exception cref="NonFiniteModelException">Hidden states are NaN or infinite.</exception>
    public static void Run(
        IWeightReader model,
        IReadOnlyList<ReadOnlyMemory<int>> sequences,
        IStatisticsSink sink,
        bool grams,
        int workers = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sink);
        using var visitor = new Visitor(sink, grams, workers > 0 ? workers : Environment.ProcessorCount);
        ActivationProbe.Run(model, sequences, visitor, workers, cancellation);
    }

    private sealed class Visitor(IStatisticsSink sink, bool grams, int workers) : IActivationVisitor, IDisposable
    {
        private readonly GramProduct? _product = grams ? new GramProduct() : null;
        private readonly SortedDictionary<ActivationSite, (ChannelSums Sums, GramAccumulator? Gram)> _sites = [];
        private long _tokens;

        public bool Wants(int layer, ActivationSite site) => site != ActivationSite.Hidden;

        public void Visit(ActivationBatch batch)
        {
            if (!_sites.TryGetValue(batch.Site, out var site))
            {
                _sites[batch.Site] = site = (
                    new ChannelSums(batch.Width), _product is null ? null : new GramAccumulator(batch.Width, workers, _product));
            }

            site.Sums.Add(batch.Values);
            site.Gram?.Add(batch.Values);
            if (batch.Site == ActivationSite.AttentionInput)
                _tokens += batch.Tokens;
        }

        public void LayerDone(int layer)
        {
            foreach (var (site, (sums, gram)) in _sites)
                sink.Take(new SiteStatistics(layer, site, _tokens, sums.MeanMagnitudes(_tokens), sums.SecondMoments(_tokens), gram));
            Free();
        }

        public void Dispose()
        {
            Free();
            _product?.Dispose();
        }

        private void Free()
        {
            foreach (var (_, gram) in _sites.Values)
                gram?.Dispose();
            _sites.Clear();
            _tokens = 0;
        }
    }
}
