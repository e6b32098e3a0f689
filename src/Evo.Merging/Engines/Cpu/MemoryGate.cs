using Evo.Merging.Engines.Cpu.Algebra;
using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Lets as many tensors that take much memory be merged at a time as fit into what was given: those of long runs (rows of great length, whole tensors), and those
/// whose matrices are factorised. Ordinary runs are too small to count.
/// </summary>
/// <param name="matrices">Told what is taken beside the managed memory of matrices.</param>
internal sealed class MemoryGate(long bytes, MatrixMemory? matrices = null)
{
    private readonly object _gate = new();
    private long _taken;

    /// <summary>What a run takes: the base, the models, the result, as much again for intermediate results, and what the method declares, all in float32.</summary>
    public static long BytesOf(PlannedTensor tensor, int run) => run <= CpuRun.Capacity
        ? 0
        : (tensor.Models.Length + 2L + (tensor.Base is null ? 0 : 1) + tensor.Method.Needs.ScratchOfRun) * run * sizeof(float);

    /// <exception cref="RecipeException">A tensor's matrices take more than all the memory there is: nothing should be begun.</exception>
    public static void Require(MergePlan plan, long bytes)
    {
        // The greatest need, so that the figure in the message is enough.
        var (most, least) = plan.Tensors.Select(tensor => (tensor, MatrixBytes.Of(tensor).Total)).MaxBy(pair => pair.Total);
        if (least > bytes)
        {
            throw new RecipeException($"'{most.Method.Name}' factorises or solves whole matrices; '{most.Output.Name}' {most.Output.ShapeText} of {most.Models.Length} models takes "
                + $"{Megabytes(least)} MB, and {bytes / 1_000_000} MB are given: give that much memory (--memory {Megabytes(least)}MB), or merge with a method that goes element by element");
        }
    }

    /// <summary>Before a tensor's kernel is bound: waits until its matrices fit.</summary>
    public void TakeWork(PlannedTensor tensor) => Take(MatrixBytes.Of(tensor));

    public void ReturnWork(PlannedTensor tensor) => Return(MatrixBytes.Of(tensor));

    /// <summary>Before a run of the tensor; nothing where its work was taken, which holds the run.</summary>
    /// <exception cref="RecipeException">The run is larger than all the memory there is.</exception>
    public void Take(PlannedTensor tensor, int run)
    {
        if (Needed(tensor, run) is var needed && needed > bytes)
        {
            throw new RecipeException($"'{tensor.Method.Name}' needs {run:N0} elements of '{tensor.Output.Name}' at once, of {tensor.Sources.Count()} inputs, which takes "
                + $"{Megabytes(needed)} MB in float32; it was given {bytes / 1_000_000} MB: give that much memory (--memory {Megabytes(needed)}MB), or merge with a method that goes element by element");
        }

        Take(new MatrixBytes(0, needed));
    }

    public void Return(PlannedTensor tensor, int run) => Return(new MatrixBytes(0, Needed(tensor, run)));

    private static long Needed(PlannedTensor tensor, int run) => MatrixBytes.Of(tensor).Total > 0 ? 0 : BytesOf(tensor, run);

    private void Take(MatrixBytes needed)
    {
        if (needed.Total == 0)
            return;
        lock (_gate)
        {
            while (_taken > 0 && _taken + needed.Total > bytes)
                Monitor.Wait(_gate);
            _taken += needed.Total;
            if (matrices is not null)
                matrices.Beside += needed.Native;
        }
    }

    private void Return(MatrixBytes needed)
    {
        if (needed.Total == 0)
            return;
        lock (_gate)
        {
            _taken -= needed.Total;
            if (matrices is not null)
                matrices.Beside -= needed.Native;
            Monitor.PulseAll(_gate);
        }
    }

    private static long Megabytes(long count) => (count + 999_999) / 1_000_000;
}
