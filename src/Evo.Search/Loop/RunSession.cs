using System.Collections.Immutable;
using Evo.Search.Runs;
using Evo.Search.Spaces;
using Microsoft.Data.Sqlite;

namespace Evo.Search.Loop;

/// <summary>
/// A process's right to work on a run: the lock, the open store and the proof that the run in the directory is the one that was asked for.
/// Dispose to give it up.
/// </summary>
internal sealed class RunSession : IDisposable
{
    private readonly RunLock _lock;
    private readonly TimeProvider _time;

    private RunSession(RunDirectory directory, RunLock held, RunStore store, RunRow run, TimeProvider time)
    {
        (Directory, _lock, Store, Run, _time) = (directory, held, store, run, time);
    }

    public RunDirectory Directory { get; }

    public RunStore Store { get; }

    public RunRow Run { get; private set; }

    /// <summary>Begins the run in a directory, or takes up the one that is there.</summary>
    /// <param name="wanted">The run that was asked for.</param>
    /// <param name="inputs">The models and tasks that it depends on.</param>
    /// <param name="spaceText">The search-space file as the user wrote it, kept beside the resolved one; null leaves what is there.</param>
    /// <param name="takeBudget">A budget that was edited in the search-space file replaces the stored one.</param>
    /// <exception cref="RunException">Locked by another process (environment); another search, or changed models or tasks
    /// (usage).</exception>
    public static RunSession Open(
        RunDirectory directory, RunRow wanted, ImmutableArray<RunInput> inputs, string? spaceText, bool takeBudget, TimeProvider? time = null)
    {
        var held = RunLock.Acquire(directory.Lock, directory.Owner);
        RunStore? store = null;
        try
        {
            store = RunStore.OpenForWriting(directory.Database);
            if (store.Run.Find() is not { } stored)
            {
                stored = wanted;
                store.Commit("begin", () => Begin(store, wanted, inputs));
            }
            else
            {
                RunIdentity.Check(directory, stored, wanted);
                RunIdentity.Check(directory, store.Run.Inputs(), inputs);
                if (takeBudget && stored.SpaceBudget != wanted.SpaceBudget)
                    store.Commit("budget", () => store.Run.SetSpaceBudget(wanted.SpaceBudget));
                stored = store.Run.Find()!;
            }

            if (spaceText is not null)
                AtomicFile.WriteIfDifferent(directory.SearchSpace, spaceText);
            AtomicFile.WriteIfDifferent(directory.Resolved, stored.Resolved);
            return new RunSession(directory, held, store, stored, time ?? TimeProvider.System);
        }
        catch
        {
            store?.Dispose();
            held.Dispose();
            throw;
        }
    }

    public void SetState(RunState state, string? reason)
    {
        Store.Commit("state", () => Store.Run.SetState(state, reason, _time.GetUtcNow()));
        Refresh();
    }

    /// <summary>As far as the disk allows: the reason is lost when there is no room for it either.</summary>
    public void TrySetState(RunState state, string reason)
    {
        try
        {
            SetState(state, reason);
        }
        catch (SqliteException)
        {
            // The database still says "running", and a reader will see that nobody is.
        }
    }

    public void SetReference(ImmutableArray<double> reference)
    {
        Store.Commit("reference", () => Store.Run.SetReference(reference));
        Refresh();
    }

    /// <summary>Adds to the stored limits; a limit that was not set starts at what the run has done.</summary>
    public void ExtendBudget(int generations, long evaluations)
    {
        if (generations <= 0 && evaluations <= 0)
            return;
        var budget = Run.Budget;
        if (generations > 0)
            budget = budget with { Generations = (budget.Generations ?? Store.Generations.Newest()) + generations };
        if (evaluations > 0)
            budget = budget with { Evaluations = (budget.Evaluations ?? Store.Proposals.Count()) + evaluations };
        Store.Commit("budget", () => Store.Run.SetBudget(budget));
        Refresh();
    }

    public void Dispose()
    {
        Store.Dispose();
        _lock.Dispose();
    }

    private static void Begin(RunStore store, RunRow wanted, ImmutableArray<RunInput> inputs)
    {
        store.Run.Insert(wanted);
        foreach (var input in inputs)
            store.Run.InsertInput(input);
        foreach (var objective in wanted.Objectives)
            store.Evaluations.InsertSubject(objective.Subject, objective.Name);
    }

    private void Refresh() => Run = Store.Run.Find()!;
}
