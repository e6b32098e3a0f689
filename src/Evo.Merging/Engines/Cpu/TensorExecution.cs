using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Engines.Cpu.Fused;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Merges any piece of a tensor once its kernel is bound: the same bits wherever the piece begins and ends, in memory and on disk. Kernels that have a
/// formula go in one pass, the others block by block.
/// </summary>
internal static unsafe class TensorExecution
{
    /// <summary>Elements that one worker merges at a stretch, where the kernel leaves it open: half a megabyte of bf16.</summary>
    public const int PieceElements = 32 * CpuRun.Capacity;

    /// <summary>Elements that one worker merges at a stretch; pieces begin at multiples of it and hold whole runs of the kernel.</summary>
    public static int PieceLength(PlannedTensor tensor, ITensorKernel kernel)
    {
        var run = RunLengths.Of(tensor.Output, kernel.Granularity);
        return run >= PieceElements ? run : PieceElements / run * run;
    }

    /// <summary>Merges elements [start, start + length) into memory, rounded to the output type. The piece must hold whole runs of the kernel.</summary>
    /// <param name="pastCaches">Whether the output is part of so much memory that writing it past the caches is quicker.</param>
    /// <param name="blockwise">Whether a kernel that has a formula runs block by block all the same: for comparing the two.</param>
    /// <exception cref="NonFiniteMergeException">A value is NaN or infinite.</exception>
    public static void Merge(
        PlannedTensor tensor, ITensorKernel kernel, long start, int length, float* output, CpuRun run, bool pastCaches = false, bool blockwise = false)
    {
        var type = tensor.Output.Type;
        if (blockwise || !FusedKernels.Has(tensor, kernel))
        {
            var runLength = RunLengths.Of(tensor.Output, kernel.Granularity);
            for (var done = 0; done < length; done += runLength)
            {
                run.Turn(tensor, start + done, Math.Min(runLength, length - done), output + done);
                kernel.Apply(run);
                Round(run.Merged, tensor.Output, run);
                run.Trim();
            }
        }
        else if (pastCaches && type is (ElementType.BF16 or ElementType.F32))
        {
            var isFinite = type == ElementType.BF16
                ? FusedKernels.Merge<StreamedOutput<RoundedSingleOutput>>(tensor, kernel, start, length, (byte*)output, run)
                : FusedKernels.Merge<StreamedOutput<SingleOutput>>(tensor, kernel, start, length, (byte*)output, run);
            Thread.MemoryBarrier();
            Require(isFinite, tensor.Output);
        }
        else if (type == ElementType.BF16)
        {
            Require(FusedKernels.Merge<RoundedSingleOutput>(tensor, kernel, start, length, (byte*)output, run), tensor.Output);
        }
        else
        {
            Require(FusedKernels.Merge<SingleOutput>(tensor, kernel, start, length, (byte*)output, run), tensor.Output);
            if (type != ElementType.F32)
                Round(new Span<float>(output, length), tensor.Output, run);
        }
    }

    /// <summary>Merges elements [start, start + length) into their place in a model folder.</summary>
    /// <inheritdoc cref="Merge"/>
    public static void Write(PlannedTensor tensor, ITensorKernel kernel, long start, int length, ModelFolderWriter writer, CpuRun run)
    {
        var stored = new StoredPiece(tensor.Output, writer, run, start);
        if (FusedKernels.Has(tensor, kernel) && tensor.Output.Type is ElementType.BF16 or ElementType.F32)
        {
            var output = stored.Room(length);
            Require(
                tensor.Output.Type == ElementType.BF16
                    ? FusedKernels.Merge<BFloat16Output>(tensor, kernel, start, length, output, run)
                    : FusedKernels.Merge<SingleOutput>(tensor, kernel, start, length, output, run),
                tensor.Output);
            stored.Filled(length);
            stored.Flush();
            return;
        }

        var runLength = RunLengths.Of(tensor.Output, kernel.Granularity);
        for (var done = 0; done < length; done += runLength)
        {
            run.TurnToOwnOutput(tensor, start + done, Math.Min(runLength, length - done));
            kernel.Apply(run);
            for (var values = run.Merged; !values.IsEmpty;)
            {
                var part = Math.Min(values.Length, PieceElements);
                var output = stored.Room(part);
                Require(Store(values[..part], tensor.Output.Type, output, run), tensor.Output);
                stored.Filled(part);
                values = values[part..];
            }

            run.Trim();
        }

        stored.Flush();
    }

    /// <summary>Rounds as stored; false when a value is not finite then.</summary>
    private static bool Store(Span<float> values, ElementType type, byte* output, CpuRun run)
    {
        if (type == ElementType.BF16)
            fixed (float* first = values)
            {
                var from = (byte*)first;
                return FusedLoop.Run<CopyFormula, SingleInput, BFloat16Output>(default, new InputPointers(null, &from, 1), 0, values.Length, output);
            }

        for (var done = 0; done < values.Length; done += CpuRun.Capacity)
            if (!OutputRounding.RoundAndCheck(values.Slice(done, Math.Min(CpuRun.Capacity, values.Length - done)), type, run.RoundingBytes))
                return false;
        Floats.FromSingle(values, type, new Span<byte>(output, values.Length * type.ByteSize()));
        return true;
    }

    private static void Round(Span<float> values, TensorInfo output, CpuRun run)
    {
        for (var done = 0; done < values.Length; done += CpuRun.Capacity)
            Require(OutputRounding.RoundAndCheck(values.Slice(done, Math.Min(CpuRun.Capacity, values.Length - done)), output.Type, run.RoundingBytes), output);
    }

    private static void Require(bool isFinite, TensorInfo output)
    {
        if (!isFinite)
            throw new NonFiniteMergeException(output.Name);
    }
}
