using System.Collections.Immutable;

namespace Evo.Optimization.CmaEs;

/// <summary>
/// A search with CMA-ES: the current run, in coordinates where every variable's interval is [0, 1], and the books of restarts.
/// </summary>
internal sealed record CmaEsState : IOptimizerState
{
    public required ulong Seed { get; init; }

    public required OptimizationProblem Problem { get; init; }

    public required CmaEsSettings Settings { get; init; }

    /// <summary>Points, in the problem's units, that stand first in the first generation; empty afterwards.</summary>
    public required ImmutableArray<ImmutableArray<double>> Injected { get; init; }

    public required CmaEsRun Run { get; init; }

    public RestartSchedule Restarts { get; init; } = new();

    public int Generation { get; init; }

    public string? Finished { get; init; }
}
