using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu;

/// <summary>Merges any piece of a tensor once its kernel is bound: the same bits wherever the piece begins and ends.</summary>
internal static unsafe class TensorExecution
{
    private const int RunsOfPiece = 32;

    /// <summary>Elements that one worker merges at a stretch; pieces begin at multiples of it.</summary>
    public static int PieceLength(PlannedTensor tensor, ITensorKernel kernel) => kernel.Granularity == Granularity.Elements
        ? RunsOfPiece * CpuRun.Capacity
        : RunLengths.Of(tensor.Output, kernel.Granularity) is var run && run > CpuRun.Capacity ? run : RunsOfPiece * run;

    /// <summary>Merges elements [start, start + length) into memory, rounded to the output type. The piece must hold whole runs of the kernel.</summary>
    /// <exception cref="NonFiniteMergeException">A value is NaN or infinite.</exception>
    public static void Merge(PlannedTensor tensor, ITensorKernel kernel, long start, int length, float* output, CpuRun run)
    {
        var runLength = RunLengths.Of(tensor.Output, kernel.Granularity);
        for (var done = 0; done < length; done += runLength)
        {
            run.Turn(tensor, start + done, Math.Min(runLength, length - done), output + done);
            kernel.Apply(run);
            for (var rounded = 0; rounded < run.Length; rounded += CpuRun.Capacity)
                if (!OutputRounding.RoundAndCheck(
                    run.Merged.Slice(rounded, Math.Min(CpuRun.Capacity, run.Length - rounded)), tensor.Output.Type, run.RoundingBytes))
                    throw new NonFiniteMergeException(tensor.Output.Name);
            if (runLength > CpuRun.Capacity)
                run.Trim();
        }
    }
}
