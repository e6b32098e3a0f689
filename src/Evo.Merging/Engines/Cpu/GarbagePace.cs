namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// Calls the collector whenever so much was allocated. By itself it comes when its first generation is full, whose size follows the processor's cache: on a server that is more
/// than all else a merge takes.
/// </summary>
/// <param name="step">Bytes between two calls.</param>
internal sealed class GarbagePace(long step)
{
    private readonly long _step = step;
    private long _next = step; // what was allocated before counts too

    /// <summary>Bytes that may lie about: those of a step, and what all threads ask for until their piece of work is done.</summary>
    public static long MostBytes(long step) => 2 * step;

    /// <summary>Between two pieces of work, on any thread.</summary>
    public void Keep()
    {
        var (allocated, next) = (GC.GetTotalAllocatedBytes(), Volatile.Read(ref _next));
        if (allocated >= next && Interlocked.CompareExchange(ref _next, allocated + _step, next) == next)
            // All generations: calls for the younger ones alone leave regions half empty, and the heap grows faster than without them.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
    }
}
