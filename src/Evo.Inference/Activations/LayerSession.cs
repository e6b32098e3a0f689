using System.Collections.Immutable;
using Evo.Inference.Devices;
using Evo.Inference.Graphs;
using Evo.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace Evo.Inference.Activations;

/// <summary>One layer's graph with some of its inner values as outputs. Every layer of the same kind (window, outputs) runs on the same session.</summary>
internal sealed class LayerSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };

    public LayerSession(DecoderConfig config, int layer, ImmutableArray<ActivationSite> sites)
    {
        Sites = sites;
        _session = new Device(null, OnnxType.Float).Load(DecoderGraph.Layer(config.OfLayer(layer), OnnxType.Float, sites));
    }

    public ImmutableArray<ActivationSite> Sites { get; }

    /// <summary>Takes a batch's residual stream through the layer, in place; the lane gets the values at the sites.</summary>
    public void Run(DecoderConfig config, LayerWeights weights, HiddenStates states, int index, LayerLane lane)
    {
        var batch = states.Batches[index];
        var last = lane.LastIndex.Span(batch.Sequences.Length);
        for (var sequence = 0; sequence < last.Length; sequence++)
            last[sequence] = batch.Lengths[sequence] - 1;
        lane.TotalLength.Span(1)[0] = batch.Length;

        using var binding = _session.CreateIoBinding();
        long[] shape = [batch.Sequences.Length, batch.Length, config.Hidden];
        weights.Bind(binding);
        TokenInputs.BindInput(binding, DecoderGraph.Hidden, states.Buffer(index), shape);
        TokenInputs.BindInput(binding, DecoderGraph.LastIndex, lane.LastIndex, [batch.Sequences.Length]);
        TokenInputs.BindInput(binding, DecoderGraph.TotalLength, lane.TotalLength, []);
        TokenInputs.BindOutput(binding, DecoderGraph.Next, lane.Next, shape);
        foreach (var site in Sites)
            TokenInputs.BindOutput(binding, DecoderGraph.Tap(site), lane[site], [batch.Sequences.Length, batch.Length, config.WidthOf(site)]);
        _session.RunWithBinding(_run, binding);

        var next = lane.Next.Span(batch.Rows * config.Hidden);
        batch.ClearPadding(next, config.Hidden);
        next.CopyTo(states.Of(index));
        foreach (var site in Sites)
            batch.ClearPadding(lane.Values(site, batch, config), config.WidthOf(site));
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }
}

/// <summary>One worker's memory for a layer's small inputs and its outputs.</summary>
internal sealed class LayerLane : IDisposable
{
    private readonly NativeBuffer<float>[] _sites = [.. Enum.GetValues<ActivationSite>().Select(_ => new NativeBuffer<float>())];

    public NativeBuffer<int> LastIndex { get; } = new();

    public NativeBuffer<int> TotalLength { get; } = new();

    public NativeBuffer<float> Next { get; } = new();

    public NativeBuffer<float> this[ActivationSite site] => _sites[(int)site];

    public Span<float> Values(ActivationSite site, TokenBatch batch, DecoderConfig config) => this[site].Span(checked(batch.Rows * config.WidthOf(site)));

    public void Dispose()
    {
        foreach (var site in _sites)
            site.Dispose();
        LastIndex.Dispose();
        TotalLength.Dispose();
        Next.Dispose();
    }
}
