using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>Where a tensor's inputs lie in their mapped files.</summary>
internal static unsafe class StoredInputs
{
    /// <summary>The type that all inputs are stored in, when it is one that formulas read in place; else null.</summary>
    public static ElementType? CommonType(PlannedTensor tensor)
    {
        var type = tensor.Base?.Tensor.Type ?? (tensor.Models.IsEmpty ? ElementType.F32 : tensor.Models[0].Tensor.Type);
        return type is ElementType.BF16 or ElementType.F32 && tensor.Sources.All(source => source is StoredTensor && source.Tensor.Type == type) ? type : null;
    }

    public static bool IsBFloat16(TensorSource source) => source is StoredTensor { Tensor.Type: ElementType.BF16 };

    /// <summary>A pointer into the mapped file: valid as long as the model is open.</summary>
    public static byte* Locate(TensorSource source, long start, int length)
    {
        var stored = (StoredTensor)source;
        var size = stored.Tensor.Type.ByteSize();
        return (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(stored.Folder.Bytes(stored.Tensor.Name, start * size, length * size)));
    }
}
