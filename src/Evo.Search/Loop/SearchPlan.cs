using System.Collections.Immutable;
using Evo.Search.Spaces;

namespace Evo.Search.Loop;

/// <summary>What a search will take, found out before anything is spent: <c>evo plan</c>.</summary>
public sealed record SearchPlan
{
    public required string SpaceHash { get; init; }

    public required string Algorithm { get; init; }

    public required ulong Seed { get; init; }

    public required Budget Budget { get; init; }

    public required ImmutableArray<Gene> Genes { get; init; }

    public required int Population { get; init; }

    /// <summary>Proposals within the budget of generations and evaluations; null when only time, money or tokens limit the run.</summary>
    public required long? Evaluations { get; init; }

    /// <summary>Base, parents, uniform merge.</summary>
    public required int Baselines { get; init; }

    public required ImmutableArray<PlannedTask> Tasks { get; init; }

    public required ImmutableArray<PlannedModel> Models { get; init; }

    /// <summary>Elements of one candidate.</summary>
    public required long CandidateParameters { get; init; }

    /// <summary>Parents as stored, the candidate buffer and the engine's caches, in bytes. Activations come on top.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>Most bytes that the merge engine keeps of what it has prepared, on top of <see cref="PeakMemoryBytes"/>; it takes what it needs, up to that.</summary>
    public long PreparedMemoryBytes { get; init; }

    /// <summary>Estimate for the run directory, in bytes.</summary>
    public required long DiskBytes { get; init; }

    /// <summary>Seconds that one candidate took in a probe; null when none was made.</summary>
    public double? SecondsPerCandidate { get; init; }

    /// <summary>Expected seconds of the whole run, baselines and re-scoring included; null when unknown.</summary>
    public double? TotalSeconds { get; init; }

    /// <summary>In-process evaluation costs none.</summary>
    public double Usd { get; init; }

    /// <summary>Things that are allowed but worth a look.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}

/// <param name="Objectives">The objectives that this task scores.</param>
public sealed record PlannedTask(string Name, string Metric, ImmutableArray<string> Objectives, int SearchItems, int ReportItems);

public sealed record PlannedModel(string Name, string ContentHash, long Bytes, long Parameters);
