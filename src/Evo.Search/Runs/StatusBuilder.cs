using System.Collections.Immutable;
using Evo.Optimization;

namespace Evo.Search.Runs;

/// <summary>Computes a run's status from its store.</summary>
internal sealed class StatusBuilder(RunStore store, RunDirectory directory)
{
    private const int RecentCandidates = 50;

    /// <param name="isBeingWritten">A process holds the run's lock; a run that says it is running while nobody does was killed.</param>
    public RunStatus Build(bool isBeingWritten)
    {
        var run = store.Run.Find() ?? throw RunSchema.NotBegun(directory.Path);
        var timings = store.Run.Timings();
        var evaluations = store.Proposals.Count();
        var generation = store.Generations.Newest();
        var cacheHits = store.Proposals.CountCacheHits();
        var front = store.Generations.Front(generation);
        var (invalid, failed) = (store.Candidates.CountInvalid(), store.Evaluations.CountFailures());
        var killed = run.State == RunState.Running && !isBeingWritten;
        var left = RemainingEvaluations(run, generation, evaluations);
        var eta = killed || run.State != RunState.Running
            ? null
            : Eta.From(store.Evaluations.SecondsOfNewest(RecentCandidates), left, evaluations, cacheHits);
        var minutes = timings.Active / 60;
        return new RunStatus
        {
            RunId = run.RunId,
            RunDirectory = directory.Path,
            State = killed ? RunState.Stopped : run.State,
            Reason = killed ? "the process was killed; 'evo resume' continues" : run.Reason,
            Algorithm = run.Algorithm,
            Seed = run.Seed,
            Budget = run.Budget,
            Generation = generation,
            Evaluations = evaluations,
            CacheHits = cacheHits,
            FrontSize = front?.Members ?? 0,
            Hypervolume = front?.Hypervolume,
            Failures = invalid + failed,
            InvalidCandidates = invalid,
            FailedAttempts = failed,
            Tokens = store.Evaluations.CountTokens(),
            EvaluationsPerMinute = minutes > 0 ? evaluations / minutes : 0,
            CandidatesPerMinute = minutes > 0 ? store.Evaluations.CountScoredCandidates() / minutes : 0,
            EtaSeconds = eta?.Expected,
            EtaSecondsLow = eta?.Low,
            EtaSecondsHigh = eta?.High,
            ActiveSeconds = timings.Active,
            Shares = new StageShares(
                timings.Share(timings.Merge), timings.Share(timings.Evaluate), timings.Share(timings.Optimizer), timings.Share(timings.Store)),
            Best = Best(run),
            StartedAt = run.StartedAt,
            UpdatedAt = run.UpdatedAt,
        };
    }

    private ImmutableArray<ObjectiveBest> Best(RunRow run)
    {
        var best = ImmutableArray.CreateBuilder<ObjectiveBest>();
        foreach (var objective in run.Objectives)
        {
            if (store.Evaluations.Best(objective.Subject, objective.Goal == Goal.Maximize) is { } found)
                best.Add(new ObjectiveBest(objective.Name, objective.Goal, found.Score.Value, found.Score.StandardError, found.Id));
        }

        return best.ToImmutable();
    }

    private static long? RemainingEvaluations(RunRow run, int generation, long evaluations)
    {
        long? left = run.Budget.Evaluations - evaluations;
        if (run.Budget.Generations is { } generations && generation > 0)
        {
            // A generation's size is seen from those that are complete; proposals of the open one are already part of 'evaluations'.
            var size = Math.Max(1, evaluations / (double)Math.Max(generation, 1));
            var byGenerations = (long)Math.Max(0, Math.Ceiling((generations * size) - evaluations));
            left = left is { } byEvaluations ? Math.Min(byEvaluations, byGenerations) : byGenerations;
        }

        return left;
    }
}
