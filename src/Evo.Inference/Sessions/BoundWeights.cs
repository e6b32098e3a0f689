using System.Collections.Immutable;
using Evo.Checkpoints.Weights;
using Evo.Inference.Graphs;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Evo.Inference.Sessions;

/// <summary>The candidate buffer as a session sees it: each tensor in place, without a copy, so that the next candidate is there as soon as it is written.</summary>
internal sealed unsafe class BoundWeights : IDisposable
{
    private readonly ImmutableArray<(string Name, OrtValue Value)> _values;
    private readonly NativeBuffer<float> _cosines = new();
    private readonly NativeBuffer<float> _sines = new();

    public BoundWeights(DecoderConfig config, CpuWeights weights)
    {
        DecoderTensors.Check(config, weights.Layout);
        var values = ImmutableArray.CreateBuilder<(string, OrtValue)>();
        foreach (var (name, shape) in DecoderTensors.Of(config))
        {
            var slot = weights.Layout.Find(name)!;
            values.Add((name, OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, TensorElementType.Float, [.. shape], (nint)weights.Pointer(slot), (long)slot.Length * sizeof(float))));
        }

        var (positions, pairs) = (TokenInputs.PaddedLength(config.ContextLength), config.HeadSize / 2);
        var length = checked(positions * pairs);
        config.Rotary.Fill(_cosines.Span(length), _sines.Span(length));
        values.Add((DecoderGraph.Cosines, _cosines.Tensor([positions, pairs])));
        values.Add((DecoderGraph.Sines, _sines.Tensor([positions, pairs])));
        _values = values.ToImmutable();
    }

    public void Bind(OrtIoBinding binding)
    {
        foreach (var (name, value) in _values)
            binding.BindInput(name, value);
    }

    public void Dispose()
    {
        foreach (var (_, value) in _values)
            value.Dispose();
        _cosines.Dispose();
        _sines.Dispose();
    }
}
