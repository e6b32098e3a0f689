using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Evo.Inference.Devices;

/// <summary>Native memory of this process, 64-byte aligned and zeroed.</summary>
internal sealed unsafe class HostMemory : IBlockMemory
{
    private readonly List<nint> _blocks = [];

    public OrtMemoryInfo Info => OrtMemoryInfo.DefaultInstance;

    public nint Allocate(long bytes)
    {
        var block = NativeMemory.AlignedAlloc((nuint)bytes, 64);
        NativeMemory.Clear(block, (nuint)bytes);
        _blocks.Add((nint)block);
        return (nint)block;
    }

    public void Copy(nint from, nint to, int rows, long rowBytes, long stride)
    {
        for (var row = 0; row < rows; row++)
            Buffer.MemoryCopy((void*)(from + (row * stride)), (void*)(to + (row * stride)), rowBytes, rowBytes);
    }

    public void Dispose()
    {
        foreach (var block in _blocks)
            NativeMemory.AlignedFree((void*)block);
        _blocks.Clear();
    }
}
