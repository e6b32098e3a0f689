using Evo.Merging.Planning;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Lets as many long runs (rows of great length, whole tensors) be merged at a time as fit into the memory that was given; ordinary runs are too small
/// to count.
/// </summary>
internal sealed class MemoryGate(long bytes)
{
    private readonly object _gate = new();
    private long _taken;

    /// <summary>What a run takes: the base, the models, the result and as much again for intermediate results, all in float32.</summary>
    public static long BytesOf(PlannedTensor tensor, int run) => run <= CpuRun.Capacity ? 0 : (tensor.Models.Length + 2L + (tensor.Base is null ? 0 : 1)) * run * sizeof(float);

    /// <exception cref="RecipeException">The run is larger than all the memory there is.</exception>
    public void Take(PlannedTensor tensor, int run)
    {
        var needed = BytesOf(tensor, run);
        if (needed > bytes)
        {
            throw new RecipeException($"'{tensor.Method.Name}' needs {run:N0} elements of '{tensor.Output.Name}' at once, of {tensor.Sources.Count()} inputs, which takes "
                + $"{Megabytes(needed)} MB in float32; it was given {bytes / 1_000_000} MB: give that much memory (--memory {Megabytes(needed)}MB), or merge with a method that goes element by element");
        }

        lock (_gate)
        {
            while (_taken > 0 && _taken + needed > bytes)
                Monitor.Wait(_gate);
            _taken += needed;
        }
    }

    public void Return(PlannedTensor tensor, int run)
    {
        lock (_gate)
        {
            _taken -= BytesOf(tensor, run);
            Monitor.PulseAll(_gate);
        }
    }

    private static long Megabytes(long count) => (count + 999_999) / 1_000_000;
}
