using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Merges any piece of a tensor once its kernel is bound: the same bits wherever the piece begins and ends.</summary>
internal static unsafe class TensorExecution
{
    /// <summary>Merges elements [start, start + length) into memory, rounded to the output type.</summary>
    /// <exception cref="NonFiniteMergeException">A value is NaN or infinite.</exception>
    public static void Merge(PlannedTensor tensor, ITensorKernel kernel, long start, int length, float* output, CpuRun run)
    {
        for (var done = 0; done < length; done += CpuRun.Capacity)
        {
            run.Turn(tensor, start + done, Math.Min(CpuRun.Capacity, length - done), output + done);
            kernel.Apply(run);
            if (!OutputRounding.RoundAndCheck(run.Merged, tensor.Output.Type, run.RoundingBytes))
                throw new NonFiniteMergeException(tensor.Output.Name);
        }
    }
}
