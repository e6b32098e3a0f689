using Evo.Search.Runs;

namespace Evo.Search.Loop;

/// <summary>
/// Where a session's time goes. What has been measured is handed over at every commit, so that a killed session loses little of it.
/// </summary>
internal sealed class StageClock(TimeProvider time)
{
    private long _activeSince = time.GetTimestamp();
    private StageTimings _pending = StageTimings.Zero;

    /// <summary>Seconds of this session that were not handed over yet.</summary>
    public double PendingActive => time.GetElapsedTime(_activeSince).TotalSeconds;

    public T Merging<T>(Func<T> work) => Measure(work, static (timings, seconds) => timings with { Merge = timings.Merge + seconds });

    public T Optimizing<T>(Func<T> work) => Measure(work, static (timings, seconds) => timings with { Optimizer = timings.Optimizer + seconds });

    public void Storing(Action work) => Measure<object?>(
        () =>
        {
            work();
            return null;
        },
        static (timings, seconds) => timings with { Store = timings.Store + seconds });

    public async Task<T> EvaluatingAsync<T>(Func<Task<T>> work)
    {
        var start = time.GetTimestamp();
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _pending = _pending with { Evaluate = _pending.Evaluate + time.GetElapsedTime(start).TotalSeconds };
        }
    }

    /// <summary>What was measured since the last call.</summary>
    public StageTimings Take()
    {
        var taken = _pending with { Active = PendingActive };
        _activeSince = time.GetTimestamp();
        _pending = StageTimings.Zero;
        return taken;
    }

    private T Measure<T>(Func<T> work, Func<StageTimings, double, StageTimings> add)
    {
        var start = time.GetTimestamp();
        try
        {
            return work();
        }
        finally
        {
            _pending = add(_pending, time.GetElapsedTime(start).TotalSeconds);
        }
    }
}
