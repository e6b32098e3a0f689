using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Methods;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Methods.Stock;
using Evo.Merging.Methods.TaskVectors;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu.Fused;

/// <summary>
/// The kernels that have a formula: those of the methods that are used most. What has none runs block by block (<see cref="CpuBlock"/>), with the same bits.
/// </summary>
internal static unsafe class FusedKernels
{
    /// <summary>More models than this run block by block.</summary>
    private const int MostModels = 128;

    public static bool Has(PlannedTensor tensor, ITensorKernel kernel) => tensor.Models.Length <= MostModels && kernel switch
    {
        Linear.Kernel or Slerp.Kernel or StockKernel => true,
        SumKernel sum => Array.TrueForAll(sum.Shares, SparseShare.Covers),
        SignElectionKernel election => Array.TrueForAll(election.Shares, SparseShare.Covers),
        _ => false,
    };

    /// <summary>
    /// Merges elements [start, start + length) into <paramref name="output"/>; false when a merged value is not finite as it is stored.
    /// </summary>
    public static bool Merge<TOutput>(PlannedTensor tensor, ITensorKernel kernel, long start, int length, byte* output, CpuRun run)
        where TOutput : struct, IOutputElements
    {
        var models = stackalloc byte*[tensor.Models.Length];
        var type = StoredInputs.CommonType(tensor);
        if (type is not null)
        {
            for (var model = 0; model < tensor.Models.Length; model++)
                models[model] = StoredInputs.Locate(tensor.Models[model], start, length);
            var stored = new InputPointers(tensor.Base is null ? null : StoredInputs.Locate(tensor.Base, start, length), models, tensor.Models.Length);
            return type == ElementType.BF16
                ? RunBFloat16<TOutput>(kernel, stored, start, length, output)
                : Run<SingleInput, TOutput>(kernel, stored, start, length, output);
        }

        for (var done = 0; done < length; done += CpuRun.Capacity)
        {
            var part = Math.Min(CpuRun.Capacity, length - done);
            run.Turn(tensor, start + done, part);
            for (var model = 0; model < tensor.Models.Length; model++)
                models[model] = (byte*)((CpuBlock)run.Model(model)).Pointer;
            var read = new InputPointers(tensor.Base is null ? null : (byte*)((CpuBlock)run.Base).Pointer, models, tensor.Models.Length);
            if (!Run<SingleInput, TOutput>(kernel, read, start + done, part, output + ((long)done * TOutput.Size)))
                return false;
        }

        return true;
    }

    private static bool RunBFloat16<TOutput>(ITensorKernel kernel, InputPointers inputs, long start, int length, byte* output)
        where TOutput : struct, IOutputElements
    {
        if (Avx512F.IsSupported || !Avx2.IsSupported)
            return Run<BFloat16Input, TOutput>(kernel, inputs, start, length, output);
        return typeof(TOutput) == typeof(BFloat16Output)
            ? Run<EvenOddBFloat16Input, EvenOddBFloat16Output>(kernel, inputs, start, length, output)
            : Run<EvenOddBFloat16Input, EvenOddOutput<TOutput>>(kernel, inputs, start, length, output);
    }

    private static bool Run<TInput, TOutput>(ITensorKernel kernel, InputPointers inputs, long start, int length, byte* output)
        where TInput : struct, IInputElements
        where TOutput : struct, IOutputElements
    {
        switch (kernel)
        {
            case Linear.Kernel linear:
                fixed (float* weights = linear.Weights)
                    return FusedLoop.Run<WeightedSumFormula, TInput, TOutput>(new WeightedSumFormula(weights, linear.Divisor), inputs, start, length, output);
            case Slerp.Kernel slerp:
                return FusedLoop.Run<BlendFormula, TInput, TOutput>(new BlendFormula(slerp.BaseShare, slerp.ModelShare), inputs, start, length, output);
            case StockKernel stock:
                return FusedLoop.Run<StockFormula, TInput, TOutput>(new StockFormula(stock.Ratio), inputs, start, length, output);
            case SumKernel sum when Array.TrueForAll(sum.Shares, share => share.Sparsity == Sparsity.None):
                var dense = stackalloc float[inputs.Count];
                for (var model = 0; model < inputs.Count; model++)
                    dense[model] = sum.Shares[model].Weight;
                return FusedLoop.Run<DenseSumFormula, TInput, TOutput>(new DenseSumFormula(dense, sum.Divisor, sum.Lambda), inputs, start, length, output);
            case SumKernel sum:
                var shares = stackalloc SparseShare[inputs.Count];
                return RunSparse<TaskVectorSumFormula, SparseShare, TInput, TOutput>(
                    new TaskVectorSumFormula(shares, sum.Divisor, sum.Lambda), sum.Shares, shares, inputs, start, length, output);
            case SignElectionKernel election when SmallSignElection.Covers(election):
                return TabledDivisor.TryCreate(election, out var table)
                    ? RunSmallElection<TabledDivisor, TInput, TOutput>(election, table, inputs, start, length, output)
                    : RunSmallElection<SummedDivisor, TInput, TOutput>(election, new SummedDivisor(election), inputs, start, length, output);
            case SignElectionKernel election when Array.TrueForAll(election.Shares, TrimmedShare.Covers):
                return RunElection<TrimmedShare, TInput, TOutput>(election, inputs, start, length, output);
            case SignElectionKernel election:
                return RunElection<SparseShare, TInput, TOutput>(election, inputs, start, length, output);
            default:
                throw new ArgumentException($"{kernel.GetType().Name} has no formula", nameof(kernel));
        }
    }

    private static bool RunElection<TShare, TInput, TOutput>(SignElectionKernel election, InputPointers inputs, long start, int length, byte* output)
        where TShare : unmanaged, ITaskVectorShare<TShare>
        where TInput : struct, IInputElements
        where TOutput : struct, IOutputElements
    {
        var shares = stackalloc TShare[inputs.Count];
        nuint size = (nuint)sizeof(Vector512<float>);
        var memory = stackalloc Lanes[inputs.Count + 1];
        var deltas = (Lanes*)(((nuint)memory + size - 1) & ~(size - 1)); // none across two cache lines
        return RunSparse<SignElectionFormula<TShare>, TShare, TInput, TOutput>(
            new SignElectionFormula<TShare>(shares, deltas, election), election.Shares, shares, inputs, start, length, output);
    }

    private static bool RunSmallElection<TDivisor, TInput, TOutput>(
        SignElectionKernel election, TDivisor divisor, InputPointers inputs, long start, int length, byte* output)
        where TDivisor : struct, IElectedDivisor
        where TInput : struct, IInputElements
        where TOutput : struct, IOutputElements => inputs.Count switch
        {
            2 => RunSmallElection<TwoModels, TDivisor, TInput, TOutput>(election, divisor, inputs, start, length, output),
            3 => RunSmallElection<ThreeModels, TDivisor, TInput, TOutput>(election, divisor, inputs, start, length, output),
            _ => RunSmallElection<FourModels, TDivisor, TInput, TOutput>(election, divisor, inputs, start, length, output),
        };

    private static bool RunSmallElection<TCount, TDivisor, TInput, TOutput>(
        SignElectionKernel election, TDivisor divisor, InputPointers inputs, long start, int length, byte* output)
        where TCount : struct, IModelCount
        where TDivisor : struct, IElectedDivisor
        where TInput : struct, IInputElements
        where TOutput : struct, IOutputElements
    {
        var shares = stackalloc TrimmedShare[TCount.Models];
        return RunSparse<SmallSignElectionFormula<TCount, TDivisor>, TrimmedShare, TInput, TOutput>(
            new SmallSignElectionFormula<TCount, TDivisor>(shares, divisor, election.Lambda), election.Shares, shares, inputs, start, length, output);
    }

    /// <summary>Goes in stretches within which no model's cut changes.</summary>
    private static bool RunSparse<TFormula, TShare, TInput, TOutput>(
        TFormula formula, TaskVectorShare[] shares, TShare* places, InputPointers inputs, long start, int length, byte* output)
        where TFormula : struct, IFormula
        where TShare : unmanaged, ITaskVectorShare<TShare>
        where TInput : struct, IInputElements
        where TOutput : struct, IOutputElements
    {
        for (var model = 0; model < inputs.Count; model++)
            places[model] = TShare.Of(shares[model]);
        var models = stackalloc byte*[inputs.Count];
        for (var done = 0; done < length;)
        {
            long stretch = length - done;
            for (var model = 0; model < inputs.Count; model++)
            {
                stretch = Math.Min(stretch, places[model].Reach(start + done));
                models[model] = inputs.Models[model] + ((long)done * TInput.Size);
            }

            var from = new InputPointers(inputs.Base + ((long)done * TInput.Size), models, inputs.Count);
            if (!FusedLoop.Run<TFormula, TInput, TOutput>(formula, from, start + done, (int)stretch, output + ((long)done * TOutput.Size)))
                return false;
            done += (int)stretch;
        }

        return true;
    }
}
