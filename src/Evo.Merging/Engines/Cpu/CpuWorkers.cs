using System.Collections.Concurrent;
using Evo.Merging.Engines.Cpu.Algebra;

namespace Evo.Merging.Engines.Cpu;

/// <summary>
/// A number of threads and their working memories. Loops may be nested: a thread whose loop has nothing left to give helps with the others that are open,
/// the outermost first. Which thread does what is left open; results never depend on it.
/// </summary>
/// <param name="matrices">What matrices may take; without a bound when null.</param>
/// <param name="garbage">Looked at after every item; the collector comes when it likes when null.</param>
/// <param name="memory">Bytes that the merge may take.</param>
internal sealed class CpuWorkers(int count, MatrixMemory? matrices = null, GarbagePace? garbage = null, long memory = long.MaxValue) : IDisposable
{
    private readonly ConcurrentBag<CpuRun> _idle = [];
    private readonly Lazy<MatrixProducts> _products = new();
    private readonly Lock _gate = new();
    private readonly List<ItemLoop> _open = [];
    private int _helpers;

    public int Count { get; } = count > 0 ? count : Environment.ProcessorCount;

    /// <summary>Bytes that the merge may take.</summary>
    public long Memory => memory;

    /// <summary>The memory of matrices.</summary>
    public MatrixMemory Matrices { get; } = matrices ?? new MatrixMemory();

    /// <summary>Matrix algebra on these threads.</summary>
    public CpuAlgebra Algebra(CancellationToken cancellation) => new(this, _products.Value, Matrices, cancellation);

    /// <summary>Does the items, lowest first, each with a working memory. May be called from inside an item.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; items that had begun are finished.</exception>
    public void ForEach(int items, Action<int, CpuRun> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (items <= 0)
            return;
        var loop = new ItemLoop(items, work, garbage, cancellation);
        if (items > 1 && Count > 1)
            Open(loop);
        Work(loop);
        lock (_gate)
            _open.Remove(loop);
        loop.Leave();
        loop.WaitForOthers();
    }

    /// <summary>Does one thing on this thread, with a working memory.</summary>
    public void Once(Action<CpuRun> work)
    {
        var run = _idle.TryTake(out var idle) ? idle : new CpuRun();
        try
        {
            work(run);
        }
        finally
        {
            _idle.Add(run);
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var run))
            run.Dispose();
        if (_products.IsValueCreated)
            _products.Value.Dispose();
    }

    private void Open(ItemLoop loop)
    {
        lock (_gate)
        {
            _open.Add(loop);
            for (var helpers = Math.Min(loop.Items, Count) - 1; helpers > 0 && _helpers < Count - 1; helpers--)
            {
                _helpers++;
                ThreadPool.UnsafeQueueUserWorkItem(static workers => workers.Help(), this, preferLocal: false);
            }
        }
    }

    private void Help()
    {
        while (Join() is { } loop)
        {
            Work(loop);
            loop.Leave();
        }
    }

    /// <summary>The outermost loop with items left; null, and one helper fewer, when there is none.</summary>
    private ItemLoop? Join()
    {
        lock (_gate)
        {
            var loop = _open.Find(open => open.HasItems);
            if (loop is null)
                _helpers--;
            else
                loop.Join();
            return loop;
        }
    }

    private void Work(ItemLoop loop)
    {
        var run = _idle.TryTake(out var idle) ? idle : new CpuRun();
        loop.Work(run);
        _idle.Add(run);
    }
}
