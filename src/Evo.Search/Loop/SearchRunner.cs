using System.Globalization;
using Evo.Search.Runs;
using Evo.Search.Spaces;

namespace Evo.Search.Loop;

/// <summary>
/// The composition root: puts space, models, engine, evaluator, optimizer and store together, and checks everything before any work.
/// </summary>
public static class SearchRunner
{
    /// <summary>
    /// Everything that can be known without scoring: the space is read, models are opened and hashed, the start recipe is planned, tasks
    /// are read and split, the algorithm's settings are checked.
    /// </summary>
    /// <exception cref="SearchSpaceException">The search space (usage).</exception>
    /// <exception cref="Evo.Merging.RecipeException">The recipe in it (usage).</exception>
    /// <exception cref="Evo.Evaluation.TaskException">A task (usage).</exception>
    /// <exception cref="Evo.Checkpoints.CheckpointException">A model folder (usage).</exception>
    /// <exception cref="RunException">The device or the directory.</exception>
    public static SearchPlan Validate(SearchRequest request)
    {
        using var composition = SearchComposition.Open(Read(request)).Runnable();
        return new SearchPlanner(composition).Plan();
    }

    /// <summary><see cref="Validate"/>, then one candidate merged and scored on a few items, for an estimate of time and memory.</summary>
    /// <inheritdoc cref="Validate"/>
    public static async Task<SearchPlan> PlanAsync(SearchRequest request, CancellationToken cancellation = default)
    {
        using var composition = SearchComposition.Open(Read(request)).Runnable();
        return await new SearchPlanner(composition).ProbeAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Starts a search, or continues the one in the directory when it is the same.</summary>
    /// <param name="stop">First Ctrl-C: what is being evaluated is finished and stored, then the run ends with <see
    /// cref="SearchEnd.Stopped"/>.</param>
    /// <param name="abort">Second Ctrl-C: the evaluation in flight is abandoned.</param>
    /// <inheritdoc cref="Validate"/>
    public static async Task<SearchResult> RunAsync(
        SearchRequest request, ISearchObserver observer, CancellationToken stop = default, CancellationToken abort = default)
    {
        var space = Read(request);
        var path = request.RunDirectory ?? DefaultDirectory(space);
        RunLock.RefuseIfHeld(new RunDirectory(path));
        using var composition = SearchComposition.Open(space, new RunDirectory(path)).Runnable();
        var directory = RunDirectory.ForWriting(path);
        using var session = RunSession.Open(
            directory, composition.Describe(directory, DateTimeOffset.UtcNow), composition.Inputs, File.ReadAllText(space.Path), takeBudget: true);
        return await SearchAsync(composition, session, observer, stop, abort).ConfigureAwait(false);
    }

    /// <summary>Continues a run from its directory alone, with its budget extended if so asked.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public static async Task<SearchResult> ResumeAsync(
        ResumeRequest request, ISearchObserver observer, CancellationToken stop = default, CancellationToken abort = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var directory = RunDirectory.ForReading(request.RunDirectory);
        RunLock.RefuseIfHeld(directory);
        var space = ReadStored(directory, request.Device);
        using var composition = SearchComposition.Open(space, directory).Runnable();
        using var session = RunSession.Open(
            directory, composition.Describe(directory, DateTimeOffset.UtcNow), composition.Inputs, spaceText: null, takeBudget: false);
        session.ExtendBudget(request.MoreGenerations, request.MoreEvaluations);
        return await SearchAsync(composition, session, observer, stop, abort).ConfigureAwait(false);
    }

    /// <summary>The space of a run as the run stored it, its inputs looked for where they were, or beside a moved run directory.</summary>
    internal static SearchSpace ReadStored(RunDirectory directory, string? device)
    {
        using var reader = RunReader.Open(directory.Path);
        var run = reader.Run();
        var folder = new[] { run.SpacePath, Path.GetFullPath(run.SpaceFromRun, directory.Path) }.Select(path => Path.GetDirectoryName(path)!)
            .FirstOrDefault(Directory.Exists) ?? throw new RunException(RunProblem.Usage,
                $"{directory.Path}: the folder of its search space is gone ({Path.GetDirectoryName(run.SpacePath)}); "
                + "models and tasks are looked for from there.");
        AtomicFile.WriteIfDifferent(directory.Resolved, run.Resolved);
        return SearchSpaceReader.Read(directory.Resolved, DeviceOverride(device ?? run.Device), folder);
    }

    private static Task<SearchResult> SearchAsync(
        SearchComposition composition, RunSession session, ISearchObserver observer, CancellationToken stop, CancellationToken abort)
    {
        var log = new RunLog(session.Directory.Log, observer, TimeProvider.System);
        return new SearchLoop(session, composition.Setup, composition.Workshop, log).RunAsync(stop, abort);
    }

    private static SearchSpace Read(SearchRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        string[] overrides = request.Overrides.IsDefault ? [] : [.. request.Overrides];
        return SearchSpaceReader.Read(request.SpacePath, [.. overrides, .. DeviceOverride(request.Device)]);
    }

    private static string[] DeviceOverride(string? device) => device is null ? [] : ["evaluator.device=" + device];

    private static string DefaultDirectory(SearchSpace space) => Path.Combine(
        "runs", string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(space.Path)}-seed{space.Search.Seed}"));
}
