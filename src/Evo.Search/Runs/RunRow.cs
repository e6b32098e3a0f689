using System.Collections.Immutable;
using Evo.Search.Spaces;

namespace Evo.Search.Runs;

/// <summary>The state of a run as its database says; a run that says <c>running</c> while nobody holds its lock was killed.</summary>
public enum RunState
{
    Running,
    Finished,
    Stopped,
    Failed,
}

/// <summary>What a run is: fixed when it starts, the budget excepted.</summary>
internal sealed record RunRow
{
    public required string RunId { get; init; }

    public required string SpaceHash { get; init; }

    /// <summary>The search space as the user named it, full path: inputs are relative to its folder.</summary>
    public required string SpacePath { get; init; }

    /// <summary>The same, relative to the run directory: where to look when both were moved together.</summary>
    public required string SpaceFromRun { get; init; }

    public string? Device { get; init; }

    public required string Resolved { get; init; }

    public required string Algorithm { get; init; }

    public required ulong Seed { get; init; }

    public required ImmutableArray<RunObjective> Objectives { get; init; }

    /// <summary>
    /// The budget that the search-space file gave when the run was started, and the one in force (extended by <c>resume</c>).
    /// </summary>
    public required Budget SpaceBudget { get; init; }

    public required Budget Budget { get; init; }

    /// <summary>Hypervolume's reference point, one value for each objective that counts; null before the baselines are scored.</summary>
    public ImmutableArray<double>? Reference { get; init; }

    public RunState State { get; init; }

    public string? Reason { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A model or task that a run depends on, by the hash of its content.</summary>
internal sealed record RunInput(string Kind, string Name, string Hash);
