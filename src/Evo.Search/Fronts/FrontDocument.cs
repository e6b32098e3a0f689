using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Optimization;
using Evo.Search.Runs;

namespace Evo.Search.Fronts;

/// <summary>
/// A front as people and programs read it: the shape of <c>evo pareto --format json</c>, of <c>pareto.json</c> and of the files in
/// <c>fronts/</c>. It holds no times, so that two runs of one search write the same bytes.
/// </summary>
public sealed record FrontDocument
{
    public string Schema { get; init; } = "evo.pareto/1";

    public required string RunId { get; init; }

    /// <summary>Completed generations.</summary>
    public required int Generation { get; init; }

    /// <summary>Proposals answered, those answered from the store included.</summary>
    public required long Evaluations { get; init; }

    public required ImmutableArray<FrontObjective> Objectives { get; init; }

    /// <summary>
    /// What the hypervolume is measured against: one value for each objective that is not report-only. Fixed when the run starts.
    /// </summary>
    public required ImmutableArray<double> ReferencePoint { get; init; }

    public required double Hypervolume { get; init; }

    /// <summary>Every non-dominated candidate of the whole run so far, the best in the first objective first.</summary>
    public required ImmutableArray<FrontMember> Members { get; init; }

    /// <summary>The base, the parents and the uniform merge.</summary>
    public required ImmutableArray<FrontBaseline> Parents { get; init; }
}

/// <param name="ReportOnly">True when the objective is shown but does not count for dominance; otherwise null, and absent from the
/// JSON.</param>
public sealed record FrontObjective(string Name, Goal Goal, bool? ReportOnly = null);

/// <param name="Id">Content id: the same candidate has the same id in every run.</param>
/// <param name="Generation">The generation that first proposed it, 1-based.</param>
/// <param name="Genome">In the search space's own units.</param>
/// <param name="Recipe">The concrete mergekit recipe.</param>
/// <param name="Objectives">Scores on the search items, by objective.</param>
/// <param name="Report">Scores on the held-out items; null before the front was re-scored.</param>
public sealed record FrontMember(
    string Id,
    int Generation,
    ImmutableArray<double> Genome,
    JsonObject Recipe,
    OrderedDictionary<string, ScoredValue> Objectives,
    OrderedDictionary<string, ScoredValue>? Report);

/// <param name="Kind"><c>base</c>, <c>parent</c> or <c>uniform</c>.</param>
/// <param name="Objectives">Scores on the search items; objectives that could not be scored are absent.</param>
/// <param name="Invalid">Why it could not be scored; null when it was.</param>
public sealed record FrontBaseline(
    string Name,
    string Kind,
    string Id,
    OrderedDictionary<string, ScoredValue> Objectives,
    OrderedDictionary<string, ScoredValue>? Report,
    string? Invalid = null);
