using System.Collections.Immutable;
using Evo.Inference.Graphs;
using Evo.Inference.Sessions;

namespace Evo.Inference.Activations;

/// <summary>A model on its way through its layers: the residual streams of all batches, and the weights of the layer they are at.</summary>
internal sealed class LayerwisePass : IDisposable
{
    private readonly IWeightReader _model;
    private readonly DecoderConfig _config;
    private readonly HiddenStates _states;
    private readonly LayerWeights _weights;
    private readonly LayerLane[] _lanes;
    private readonly Dictionary<string, LayerSession> _sessions = new(StringComparer.Ordinal);

    public LayerwisePass(IWeightReader model, DecoderConfig config, ImmutableArray<TokenBatch> batches, int workers)
    {
        (_model, _config) = (model, config);
        _weights = new LayerWeights(model, config, batches.Max(batch => batch.Length));
        _states = new HiddenStates(batches, config.Hidden);
        var count = Math.Min(batches.Length, workers > 0 ? workers : Environment.ProcessorCount);
        _lanes = [.. Enumerable.Range(0, count).Select(_ => new LayerLane())];
    }

    public HiddenStates States => _states;

    public LayerWeights Weights => _weights;

    public void Embed() => _states.Embed(_model);

    public void Load(int layer) => _weights.Load(layer);

    /// <summary>
    /// Takes all batches through a layer. Batches run side by side, as many as there are lanes, and are shown in their order.
    /// </summary>
    public void Forward(int layer, ImmutableArray<ActivationSite> sites, IActivationVisitor? visitor, CancellationToken cancellation)
    {
        var session = Session(layer, sites);
        var batches = _states.Batches;
        for (var first = 0; first < batches.Length; first += _lanes.Length)
        {
            var start = first;
            var count = Math.Min(_lanes.Length, batches.Length - first);
            Workers.Run(count, (worker, stop) =>
            {
                stop.ThrowIfCancellationRequested();
                session.Run(_config, _weights, _states, start + worker, _lanes[worker]);
                RequireFinite(_states.Of(start + worker), layer);
            }, cancellation);
            for (var worker = 0; worker < count; worker++)
            {
                var batch = batches[start + worker];
                foreach (var site in sites)
                {
                    visitor!.Visit(new ActivationBatch(
                        layer, site, _config.WidthOf(site), batch.Length, batch.First, batch.Lengths.AsSpan(), _lanes[worker].Values(site, batch, _config)));
                }
            }
        }
    }

    public void ShowHidden(int layer, IActivationVisitor visitor)
    {
        for (var index = 0; index < _states.Batches.Length; index++)
            Show(layer, ActivationSite.Hidden, _states.Batches[index], _states.Of(index), visitor);
    }

    public void ShowHeadInput(int layer, IActivationVisitor visitor)
    {
        var weight = FinalNormWeight();
        for (var index = 0; index < _states.Batches.Length; index++)
        {
            var normalised = _lanes[0].Values(ActivationSite.HeadInput, _states.Batches[index], _config);
            RootMeanSquareNorm.Apply(_states.Of(index), weight, _config.NormEpsilon, normalised);
            Show(layer, ActivationSite.HeadInput, _states.Batches[index], normalised, visitor);
        }
    }

    public float[] FinalNormWeight()
    {
        var weight = new float[_config.Hidden];
        _model.ReadFloats(DecoderTensors.FinalNorm, 0, weight);
        return weight;
    }

    public void Dispose()
    {
        foreach (var session in _sessions.Values)
            session.Dispose();
        foreach (var lane in _lanes)
            lane.Dispose();
        _states.Dispose();
        _weights.Dispose();
    }

    private void Show(int layer, ActivationSite site, TokenBatch batch, Span<float> values, IActivationVisitor visitor) =>
        visitor.Visit(new ActivationBatch(layer, site, _config.Hidden, batch.Length, batch.First, batch.Lengths.AsSpan(), values));

    private LayerSession Session(int layer, ImmutableArray<ActivationSite> sites)
    {
        var kind = $"{_config.Windows[layer]} {string.Join(' ', sites)}";
        if (!_sessions.TryGetValue(kind, out var session))
            _sessions[kind] = session = new LayerSession(_config, layer, sites);
        return session;
    }

    private static void RequireFinite(ReadOnlySpan<float> values, int layer)
    {
        if (!float.IsFinite(System.Numerics.Tensors.TensorPrimitives.SumOfMagnitudes(values)))
            throw new NonFiniteModelException($"The hidden states after layer {layer} are NaN or infinite: the model's weights are damaged.");
    }
}
