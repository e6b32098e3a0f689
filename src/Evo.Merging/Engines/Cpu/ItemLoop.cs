using System.Runtime.ExceptionServices;

namespace Evo.Merging.Engines.Cpu;

/// <summary>One loop over items that several threads take part in; the thread that made it does from the start.</summary>
internal sealed class ItemLoop(int items, Action<int, CpuRun> work, GarbagePace? garbage, CancellationToken cancellation)
{
    private readonly object _gate = new();
    private int _next = -1;
    private int _threads = 1;
    private ExceptionDispatchInfo? _failure;

    public int Items => items;

    public bool HasItems => Volatile.Read(ref _next) < items - 1 && Volatile.Read(ref _failure) is null;

    /// <summary>Does items until there are no more, or one has failed.</summary>
    public void Work(CpuRun run)
    {
        try
        {
            for (var item = Interlocked.Increment(ref _next); item < items && Volatile.Read(ref _failure) is null; item = Interlocked.Increment(ref _next))
            {
                cancellation.ThrowIfCancellationRequested();
                work(item, run);
                garbage?.Keep();
            }
        }
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(failure), null);
        }
    }

    public void Join()
    {
        lock (_gate)
            _threads++;
    }

    public void Leave()
    {
        lock (_gate)
        {
            _threads--;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until no thread works on an item, and throws what the first that failed threw.</summary>
    public void WaitForOthers()
    {
        lock (_gate)
            while (_threads > 0)
                Monitor.Wait(_gate);
        _failure?.Throw();
    }
}
