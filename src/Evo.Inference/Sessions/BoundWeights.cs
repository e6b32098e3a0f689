using System.Collections.Immutable;
using Evo.Checkpoints.Tensors;
using Evo.Checkpoints.Weights;
using Evo.Inference.Devices;
using Evo.Inference.Graphs;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Evo.Inference.Sessions;

/// <summary>
/// The candidate buffer and the tables of rotary positions as a session sees them. In float32 on the CPU each tensor is bound in place, without a copy, so that the
/// next candidate is there as soon as it is written; elsewhere <see cref="Refresh"/> converts and uploads it.
/// </summary>
internal sealed unsafe class BoundWeights : IDisposable
{
    private readonly CpuWeights _weights;
    private readonly DeviceMemory? _uploaded;
    private readonly ImmutableArray<(WeightSlot Slot, nint Address)> _copies;
    private readonly ImmutableArray<(string Name, OrtValue Value)> _values;
    private readonly HostMemory _tables = new();
    private byte[] _staging = [];

    public BoundWeights(DecoderConfig config, CpuWeights weights, Device device)
    {
        DecoderTensors.Check(config, weights.Layout);
        Device = device;
        _weights = weights;
        _uploaded = device is { Cuda: null, Type: OnnxType.Float } ? null : new DeviceMemory(device);
        var copies = ImmutableArray.CreateBuilder<(WeightSlot, nint)>();
        var values = ImmutableArray.CreateBuilder<(string, OrtValue)>();
        foreach (var (name, shape) in DecoderTensors.Of(config))
        {
            var slot = weights.Layout.Find(name)!;
            var address = (nint)weights.Pointer(slot);
            if (_uploaded is not null)
            {
                address = _uploaded.Allocate((long)slot.Length * device.ElementBytes);
                copies.Add((slot, address));
            }

            values.Add((name, Tensor(address, [.. shape])));
        }

        var (positions, pairs) = (TokenInputs.PaddedLength(config.ContextLength), config.HeadSize / 2);
        var length = checked(positions * pairs);
        var cosines = new Span<float>((void*)_tables.Allocate((long)length * sizeof(float)), length);
        var sines = new Span<float>((void*)_tables.Allocate((long)length * sizeof(float)), length);
        config.Rotary.Fill(cosines, sines);
        values.Add((DecoderGraph.Cosines, Tensor(Placed(cosines), [positions, pairs])));
        values.Add((DecoderGraph.Sines, Tensor(Placed(sines), [positions, pairs])));
        (_copies, _values) = (copies.ToImmutable(), values.ToImmutable());
    }

    public Device Device { get; }

    /// <summary>Takes over what the candidate buffer now holds; to be called before the first run on it.</summary>
    public void Refresh()
    {
        foreach (var (slot, address) in _copies)
            Upload(_weights.Read(slot), address);
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
        _tables.Dispose();
        _uploaded?.Dispose();
    }

    private OrtValue Tensor(nint address, long[] shape)
    {
        var bytes = shape.Aggregate((long)Device.ElementBytes, (product, extent) => product * extent);
        return OrtValue.CreateTensorValueWithData(_uploaded?.Info ?? OrtMemoryInfo.DefaultInstance, (TensorElementType)Device.Type, shape, address, bytes);
    }

    private nint Placed(Span<float> table)
    {
        fixed (float* address = table)
        {
            if (_uploaded is null)
                return (nint)address; // native memory: it does not move
            var block = _uploaded.Allocate((long)table.Length * Device.ElementBytes);
            Upload(table, block);
            return block;
        }
    }

    private void Upload(ReadOnlySpan<float> values, nint address)
    {
        var bytes = checked(values.Length * Device.ElementBytes);
        if (_staging.Length < bytes)
            _staging = new byte[bytes];
        Floats.FromSingle(values, Device.Type == OnnxType.Float16 ? ElementType.F16 : ElementType.BF16, _staging.AsSpan(0, bytes));
        fixed (byte* staged = _staging)
            _uploaded!.Upload((nint)staged, address, bytes);
    }
}
