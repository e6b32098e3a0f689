using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Evo.Optimization;
using Evo.Search.Spaces;

namespace Evo.Search.Runs;

/// <summary>How a run stands: the document of <c>evo status --json</c> and of <c>status.json</c>.</summary>
public sealed record RunStatus
{
    public string Schema { get; init; } = "evo.status/1";

    public required string RunId { get; init; }

    public required string RunDirectory { get; init; }

    public required RunState State { get; init; }

    /// <summary>Why it stopped, finished or failed; null while it runs.</summary>
    public string? Reason { get; init; }

    public required string Algorithm { get; init; }

    public required ulong Seed { get; init; }

    public required Budget Budget { get; init; }

    /// <summary>Completed generations.</summary>
    public required int Generation { get; init; }

    /// <summary>Proposals answered to the optimizer, <see cref="CacheHits"/> included.</summary>
    public required long Evaluations { get; init; }

    /// <summary>Proposals whose effective recipe was known already, and that cost nothing.</summary>
    public required long CacheHits { get; init; }

    public required int FrontSize { get; init; }

    /// <summary>Of the newest completed generation; null before the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required double? Hypervolume { get; init; }

    /// <summary>Invalid candidates and failed or lost attempts together.</summary>
    public required long Failures { get; init; }

    public required long InvalidCandidates { get; init; }

    /// <summary>Attempts that failed for the machine's reasons, retried ones included.</summary>
    public required long FailedAttempts { get; init; }

    /// <summary>Tokens read and generated.</summary>
    public required long Tokens { get; init; }

    public required double EvaluationsPerMinute { get; init; }

    /// <summary>Candidates that were really merged and scored, per minute of <see cref="ActiveSeconds"/>.</summary>
    public required double CandidatesPerMinute { get; init; }

    /// <summary>Expected seconds to the end of the budget; null when unknown or not running towards one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public double? EtaSeconds { get; init; }

    /// <summary>The same at the pace of the quicker quarter of recent candidates.</summary>
    public double? EtaSecondsLow { get; init; }

    /// <summary>The same at the pace of the slower quarter.</summary>
    public double? EtaSecondsHigh { get; init; }

    public required double ActiveSeconds { get; init; }

    /// <summary>Share of the active time by stage: merge, evaluate, optimizer, store.</summary>
    public required StageShares Shares { get; init; }

    /// <summary>The best value of every objective so far.</summary>
    public required ImmutableArray<ObjectiveBest> Best { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The document, with a line end.</summary>
    public string ToJson() => RunJson.WriteDocument(this);
}

/// <summary>Shares of a run's active time, each in [0, 1].</summary>
public sealed record StageShares(double Merge, double Evaluate, double Optimizer, double Store);

/// <param name="Id">The candidate that has it; the first one of several.</param>
public sealed record ObjectiveBest(string Name, Goal Goal, double Value, double StandardError, string Id);
