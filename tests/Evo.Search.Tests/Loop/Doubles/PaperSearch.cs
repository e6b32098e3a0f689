using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Evaluation.Outcomes;
using Evo.Evaluation.Tasks;
using Evo.Optimization;
using Evo.Search.Loop;
using Evo.Search.Runs;
using Evo.Search.Spaces;

namespace Evo.Search.Tests.Loop.Doubles;

/// <summary>
/// A complete small search made of doubles, as a test may vary it: two tasks (one report-only measure beside them), two genes.
/// </summary>
internal sealed record PaperSearch
{
    public required string Directory { get; init; }

    public ulong Seed { get; init; } = 7;

    public Budget Budget { get; init; } = new(4, null, null, null, null);

    public int Population { get; init; } = 6;

    public double InvalidAbove { get; init; } = 2;

    public string SpaceHash { get; init; } = "space-a";

    public string TaskHash { get; init; } = "hash-of-arithmetic";

    public IOptimizer? Optimizer { get; init; }

    public PaperEvaluator Evaluator { get; init; } = new();

    public ISearchObserver Observer { get; init; } = new Quiet();

    public RetryPolicy Retry { get; init; } = new(3, TimeSpan.Zero);

    /// <summary>Called before and after every commit.</summary>
    public Action<string, bool>? CommitProbe { get; init; }

    /// <summary>Called with the open session before the search begins.</summary>
    public Action<RunSession>? Prepare { get; init; }

    public SearchSetup Setup => new(
        Optimizer ?? new DriftingOptimizer(Population), Seed,
        [
            Objective("arithmetic", "exact_match", Goal.Maximize, TaskHash, isShare: true),
            Objective("sorting", "mean_loss", Goal.Minimize, "hash-of-sorting", isShare: false),
            new SearchObjective(new RunObjective("change", Goal.Minimize, true, "measure:task_vector_l1", "task_vector_l1"), null, [], [], null, false),
        ]);

    public async Task<SearchResult> RunAsync(CancellationToken stop = default, CancellationToken abort = default)
    {
        using var session = Open();
        using var workshop = new PaperWorkshop(Evaluator, InvalidAbove);
        session.Store.CommitProbe = CommitProbe;
        Prepare?.Invoke(session);
        return await new SearchLoop(session, Setup, workshop, Observer, retry: Retry).RunAsync(stop, abort);
    }

    public RunSession Open()
    {
        var inputs = ImmutableArray.Create(new RunInput("model", "models/left", new string('a', 64)), new RunInput("task", "arithmetic", TaskHash.PadRight(64, '0')));
        var now = DateTimeOffset.UtcNow;
        var wanted = new RunRow
        {
            RunId = RunIdentity.Of(SpaceHash + Seed, inputs),
            SpaceHash = SpaceHash,
            SpacePath = "/spaces/space.yaml",
            SpaceFromRun = "../space.yaml",
            Resolved = $"search:\n  seed: {Seed}\n  space: {SpaceHash}\n",
            Algorithm = "drifting",
            Seed = Seed,
            Objectives = [.. Setup.Objectives.Select(objective => objective.Description)],
            SpaceBudget = Budget,
            Budget = Budget,
            State = RunState.Running,
            StartedAt = now,
            UpdatedAt = now,
        };
        return RunSession.Open(RunDirectory.ForWriting(Directory), wanted, inputs, "space: text\n", takeBudget: true);
    }

    private static SearchObjective Objective(string name, string metric, Goal goal, string hash, bool isShare)
    {
        ImmutableArray<TaskItem> items = [.. Enumerable.Range(1, 30).Select(i => new TaskItem($"{i}", i, new JsonObject()))];
        var task = new TaskDefinition { Name = name, Path = name + ".yaml", Kind = TaskKind.Generate, Metric = metric, Items = items, ContentHash = hash };
        return new SearchObjective(
            new RunObjective(name, goal, false, hash, metric), task, items[..20], items[20..], scored => MetricEstimate.From(scored), isShare);
    }

    private sealed class Quiet : ISearchObserver;
}
