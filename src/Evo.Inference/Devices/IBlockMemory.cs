using Microsoft.ML.OnnxRuntime;

namespace Evo.Inference.Devices;

/// <summary>Large blocks of a device's memory, freed together.</summary>
internal interface IBlockMemory : IDisposable
{
    /// <summary>Where the blocks are, for binding tensors over them.</summary>
    OrtMemoryInfo Info { get; }

    nint Allocate(long bytes);

    /// <summary>Copies a matrix of bytes between places in blocks: rows of <paramref name="rowBytes"/>, <paramref name="stride"/> apart on both sides.</summary>
    void Copy(nint from, nint to, int rows, long rowBytes, long stride);
}
