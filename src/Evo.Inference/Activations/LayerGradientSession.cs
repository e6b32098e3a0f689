using System.Collections.Immutable;
using Evo.Inference.Devices;
using Evo.Inference.Graphs;
using Evo.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace Evo.Inference.Activations;

/// <summary>One layer's gradient on the way back, and the squared gradients of its weights.</summary>
internal sealed class LayerGradientSession : IDisposable
{
    private const float Unseen = -1e9f;

    private readonly DecoderConfig _config;
    private readonly ImmutableArray<(string Name, ImmutableArray<long> Shape)> _tensors;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
    private readonly NativeBuffer<float> _mask = new();
    private readonly NativeBuffer<float> _next = new();
    private readonly NativeBuffer<float>[] _squared;

    public LayerGradientSession(DecoderConfig config)
    {
        _config = config;
        _tensors = DecoderTensors.OfLayer(config);
        _squared = [.. _tensors.Select(_ => new NativeBuffer<float>())];
        _session = new Device(null, OnnxType.Float).Load(LayerGradientGraph.Of(config.OfLayer(0)));
    }

    /// <summary>
    /// Replaces a batch's gradient after the layer by that before it.
    /// </summary>
    /// <param name="before">The residual stream before the layer, [sequences, length, hidden].</param>
    /// <param name="window">Newest tokens that a token sees, 0 for all.</param>
    /// <param name="take">Gets the squared gradients of the layer's tensors, by their number, summed over the batch's sequences.</param>
    public void Run(
        LayerWeights weights, TokenBatch batch, NativeBuffer<float> before, NativeBuffer<float> gradient, int window, Action<int, NativeBuffer<float>> take)
    {
        long[] shape = [batch.Sequences.Length, batch.Length, _config.Hidden];
        FillMask(batch.Length, window);
        using var binding = _session.CreateIoBinding();
        weights.Bind(binding, batch.Length);
        TokenInputs.BindInput(binding, DecoderGraph.Hidden, before, shape);
        TokenInputs.BindInput(binding, LayerGradientGraph.NextGradient, gradient, shape);
        TokenInputs.BindInput(binding, LayerGradientGraph.Mask, _mask, [batch.Length, batch.Length]);
        TokenInputs.BindOutput(binding, LayerGradientGraph.Gradient, _next, shape);
        for (var index = 0; index < _tensors.Length; index++)
            TokenInputs.BindOutput(binding, LayerGradientGraph.Squared(_tensors[index].Name), _squared[index], _tensors[index].Shape.AsSpan());
        _session.RunWithBinding(_run, binding);
        _next.Span(batch.Rows * _config.Hidden).CopyTo(gradient.Span(batch.Rows * _config.Hidden));
        for (var index = 0; index < _tensors.Length; index++)
            take(index, _squared[index]);
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
        _mask.Dispose();
        _next.Dispose();
        foreach (var buffer in _squared)
            buffer.Dispose();
    }

    private void FillMask(int length, int window)
    {
        var mask = _mask.Span(length * length);
        for (var row = 0; row < length; row++)
        {
            for (var column = 0; column < length; column++)
                mask[(row * length) + column] = column <= row && (window == 0 || column > row - window) ? 0 : Unseen;
        }
    }
}
