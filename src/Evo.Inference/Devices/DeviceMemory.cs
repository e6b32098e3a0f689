using Evo.Inference.Graphs;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Evo.Inference.Devices;

/// <summary>
/// Memory of any device, through ONNX Runtime alone: blocks come from the provider's allocator, and a graph of one Identity copies, because the provider's
/// data transfer cannot be called directly. On the CPU it does the same work, which is how it is tested.
/// </summary>
internal sealed class DeviceMemory : IBlockMemory
{
    private readonly InferenceSession _session;
    private readonly OrtMemoryInfo _info;
    private readonly OrtAllocator _allocator;
    private readonly List<OrtMemoryAllocation> _blocks = [];

    public DeviceMemory(Device device)
    {
        var graph = new OnnxGraph();
        graph.Input("from", OnnxType.UInt8, "bytes");
        graph.Node("Identity", ["from"], ["to"]);
        graph.Output("to", OnnxType.UInt8, "bytes");
        _session = device.Load(graph.ToModel());
        _info = device.Memory();
        _allocator = new OrtAllocator(_session, _info);
    }

    public OrtMemoryInfo Info => _info;

    /// <exception cref="NotSupportedException">A block of 4 GB or more, which the provider's allocator does not give.</exception>
    public nint Allocate(long bytes)
    {
        if (bytes > uint.MaxValue)
            throw new NotSupportedException($"A block of {bytes} bytes is more than one allocation gives; use fewer slots.");
        var block = _allocator.Allocate((uint)bytes);
        _blocks.Add(block);
        return block.DangerousGetHandle(); // lives until Dispose
    }

    /// <summary>Copies the rows and what lies between them, in one piece.</summary>
    public void Copy(nint from, nint to, int rows, long rowBytes, long stride) => Run(_info, from, to, ((rows - 1) * stride) + rowBytes);

    /// <summary>Copies from this process's memory into a block.</summary>
    public void Upload(nint from, nint to, long bytes) => Run(OrtMemoryInfo.DefaultInstance, from, to, bytes);

    public void Dispose()
    {
        foreach (var block in _blocks)
            block.Dispose();
        _blocks.Clear();
        _allocator.Dispose();
        _session.Dispose();
    }

    private void Run(OrtMemoryInfo source, nint from, nint to, long bytes)
    {
        using var input = OrtValue.CreateTensorValueWithData(source, TensorElementType.UInt8, [bytes], from, bytes);
        using var output = OrtValue.CreateTensorValueWithData(_info, TensorElementType.UInt8, [bytes], to, bytes);
        using var binding = _session.CreateIoBinding();
        using var run = new RunOptions();
        binding.BindInput("from", input);
        binding.BindOutput("to", output);
        _session.RunWithBinding(run, binding);
    }
}
