using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Evo.Merging.Engines.Cpu.Algebra;

namespace Evo.Merging.Engines.Cpu;

/// <summary>A number of threads and their working memories. Which thread does what is left open; results never depend on it.</summary>
internal sealed class CpuWorkers(int count) : IDisposable
{
    private readonly ConcurrentBag<CpuRun> _idle = [];
    private readonly Lazy<MatrixProducts> _products = new();

    public int Count { get; } = count > 0 ? count : Environment.ProcessorCount;

    /// <summary>Matrix algebra on these threads.</summary>
    public CpuAlgebra Algebra(CancellationToken cancellation) => new(this, _products.Value, cancellation);

    /// <summary>Does the items, lowest first, each with a working memory. May be called from inside an item.</summary>
    public void ForEach(int items, Action<int, CpuRun> work, CancellationToken cancellation)
    {
        var next = -1;
        try
        {
            Parallel.For(0, Math.Min(Count, items), new ParallelOptions { MaxDegreeOfParallelism = Count, CancellationToken = cancellation }, _ =>
            {
                var run = _idle.TryTake(out var idle) ? idle : new CpuRun();
                try
                {
                    for (var item = Interlocked.Increment(ref next); item < items; item = Interlocked.Increment(ref next))
                    {
                        cancellation.ThrowIfCancellationRequested();
                        work(item, run);
                    }
                }
                finally
                {
                    _idle.Add(run);
                }
            });
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.Flatten().InnerExceptions[0]);
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var run))
            run.Dispose();
        if (_products.IsValueCreated)
            _products.Value.Dispose();
    }
}
