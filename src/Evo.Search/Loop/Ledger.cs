using Evo.Search.Runs;

namespace Evo.Search.Loop;

/// <summary>
/// Gathers what is to be stored, so that several quick results share one commit (a commit waits for the disk): nothing waits for longer
/// than a second of further work, and a candidate's last result takes everything before it along.
/// </summary>
internal sealed class Ledger(RunStore store, StageClock clock, TimeProvider time)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly List<Action> _entries = [];
    private long _firstEntry;

    /// <summary>Stores the entry now or with a later one.</summary>
    public void Add(Action entry)
    {
        if (_entries.Count == 0)
            _firstEntry = time.GetTimestamp();
        _entries.Add(entry);
        if (time.GetElapsedTime(_firstEntry) >= LongestWait)
            Commit("evaluation");
    }

    /// <summary>Stores the entry and what was gathered before it, in one transaction; durable when it returns.</summary>
    public void Commit(string name, Action entry)
    {
        _entries.Add(entry);
        Commit(name);
    }

    /// <summary>Stores what was gathered, if anything; durable when it returns.</summary>
    public void Commit(string name)
    {
        if (_entries.Count == 0)
            return;
        clock.Storing(() => store.Commit(name, () =>
        {
            foreach (var entry in _entries)
                entry();
            store.Run.AddTimings(clock.Take(), time.GetUtcNow());
        }));
        _entries.Clear();
    }
}
