namespace Evo.Search.Loop;

/// <summary>The composition root: puts space, models, engine, evaluator, optimizer and store together, and checks everything before any work.</summary>
public static class SearchRunner
{
    /// <summary>
    /// Everything that can be known without scoring: the space is read, models are opened and hashed, the start recipe is planned, tasks are read and
    /// split, the algorithm's settings are checked.
    /// </summary>
    /// <exception cref="Spaces.SearchSpaceException">The search space (usage).</exception>
    /// <exception cref="Evo.Merging.RecipeException">The recipe in it (usage).</exception>
    /// <exception cref="Evo.Evaluation.TaskException">A task (usage).</exception>
    /// <exception cref="Evo.Checkpoints.CheckpointException">A model folder (usage).</exception>
    /// <exception cref="Runs.RunException">The device or the directory.</exception>
    public static SearchPlan Validate(SearchRequest request) => throw new NotSupportedException();

    /// <summary><see cref="Validate"/>, then one candidate merged and scored on a few items, for an estimate of the time.</summary>
    /// <inheritdoc cref="Validate"/>
    public static Task<SearchPlan> PlanAsync(SearchRequest request, CancellationToken cancellation = default) => throw new NotSupportedException();

    /// <summary>Starts a search, or continues the one in the directory when it is the same.</summary>
    /// <param name="stop">First Ctrl-C: what is being evaluated is finished and stored, then the run ends with <see cref="SearchEnd.Stopped"/>.</param>
    /// <param name="abort">Second Ctrl-C: the evaluation in flight is abandoned.</param>
    /// <inheritdoc cref="Validate"/>
    public static Task<SearchResult> RunAsync(
        SearchRequest request, ISearchObserver observer, CancellationToken stop = default, CancellationToken abort = default) =>
        throw new NotSupportedException();

    /// <summary>Continues a run from its directory alone, with its budget extended if so asked.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public static Task<SearchResult> ResumeAsync(
        ResumeRequest request, ISearchObserver observer, CancellationToken stop = default, CancellationToken abort = default) =>
        throw new NotSupportedException();
}
