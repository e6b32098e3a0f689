using System.Collections.Immutable;
using Evo.Checkpoints;
using Evo.Inference.Graphs;
using Evo.Inference.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace Evo.Inference.Activations;

/// <summary>The weights of one layer at a time in float32, and the tables of positions: all that a layer's session reads beside the hidden states.</summary>
internal sealed class LayerWeights : IDisposable
{
    private readonly IWeightReader _reader;
    private readonly DecoderConfig _config;
    private readonly ImmutableArray<(string Name, ImmutableArray<long> Shape, NativeBuffer<float> Values)> _tensors;
    private readonly NativeBuffer<float> _cosines = new();
    private readonly NativeBuffer<float> _sines = new();
    private readonly int _positions;

    /// <param name="positions">Length of the longest sequence, padding included.</param>
    /// <exception cref="CheckpointException">A tensor of the configuration is missing or has another shape.</exception>
    public LayerWeights(IWeightReader reader, DecoderConfig config, int positions)
    {
        Check(reader, config);
        (_reader, _config, _positions) = (reader, config, positions);
        _tensors = [.. DecoderTensors.OfLayer(config).Select(tensor => (tensor.Name, tensor.Shape, new NativeBuffer<float>()))];
        var pairs = config.HeadSize / 2;
        config.Rotary.Fill(_cosines.Span(positions * pairs), _sines.Span(positions * pairs));
    }

    /// <summary>Looks for every tensor that the configuration asks for.</summary>
    /// <exception cref="CheckpointException">One is missing or has another shape.</exception>
    public static void Check(IWeightReader reader, DecoderConfig config)
    {
        foreach (var (name, shape) in DecoderTensors.Of(config))
        {
            if (reader.Find(name)?.Shape is not { } stored || !stored.SequenceEqual(shape))
                throw new CheckpointException(config.Path, $"asks for the tensor {name} [{string.Join(", ", shape)}], which the model does not have in that shape.");
        }
    }

    /// <summary>Reads a layer's weights over those of the layer before.</summary>
    public void Load(int layer)
    {
        var names = DecoderTensors.OfLayer(_config, layer);
        for (var index = 0; index < names.Length; index++)
        {
            var values = _tensors[index].Values.Span(checked((int)names[index].Shape.Aggregate(1L, (product, extent) => product * extent)));
            _reader.ReadFloats(names[index].Name, 0, values);
        }
    }

    /// <summary>Binds everything, to be called after <see cref="Load"/>; later loads are seen without binding again.</summary>
    /// <param name="positions">Rows of the tables of positions; all when null.</param>
    public void Bind(OrtIoBinding binding, int? positions = null)
    {
        foreach (var (name, shape, values) in _tensors)
            TokenInputs.BindInput(binding, name, values, shape.AsSpan());
        var pairs = _config.HeadSize / 2;
        TokenInputs.BindInput(binding, DecoderGraph.Cosines, _cosines, [positions ?? _positions, pairs]);
        TokenInputs.BindInput(binding, DecoderGraph.Sines, _sines, [positions ?? _positions, pairs]);
    }

    public void Dispose()
    {
        foreach (var (_, _, values) in _tensors)
            values.Dispose();
        _cosines.Dispose();
        _sines.Dispose();
    }
}
