using Evo.Checkpoints.Tensors;
using Evo.Merging.Methods.Kernels;

namespace Evo.Merging.Engines.Cpu;

/// <summary>How many elements go into one run.</summary>
internal static class RunLengths
{
    /// <summary>Elements of a row: the last axis.</summary>
    public static long Row(TensorInfo tensor) => tensor.Shape.IsEmpty ? 1 : Math.Max(1, tensor.Shape[^1]);

    /// <exception cref="NonFiniteMergeException">The tensor has more elements than one run can hold.</exception>
    public static int Of(TensorInfo tensor, Granularity granularity)
    {
        var row = Row(tensor);
        var length = granularity switch
        {
            Granularity.Elements => CpuRun.Capacity,
            Granularity.Rows => Math.Max(1, CpuRun.Capacity / row) * row,
            _ => Math.Max(1, tensor.ElementCount),
        };
        return length <= CpuRun.MostElements
            ? (int)length
            : throw new NonFiniteMergeException(tensor.Name, $"the method needs {length} elements of it at once, more than the {CpuRun.MostElements} that fit into one block");
    }
}
