using System.Collections.Immutable;
using Evo.Evaluation.Outcomes;
using Evo.Evaluation.Tasks;
using Evo.Optimization;
using Evo.Search.Runs;

namespace Evo.Search.Loop;

/// <summary>An objective with what it takes to score it.</summary>
/// <param name="Task">Null for a measure of the weights.</param>
/// <param name="Estimate">Draws item results together; null for a measure.</param>
/// <param name="IsShare">The metric lies in [0, 1], so that 0 is the worst that a maximised one can be.</param>
internal sealed record SearchObjective(
    RunObjective Description,
    TaskDefinition? Task,
    ImmutableArray<TaskItem> SearchItems,
    ImmutableArray<TaskItem> ReportItems,
    Func<ImmutableArray<ItemResult>, MetricEstimate>? Estimate,
    bool IsShare)
{
    public ImmutableArray<TaskItem> Items(ItemSplit split) => split == ItemSplit.Search ? SearchItems : ReportItems;
}

/// <summary>What a loop searches, apart from the workshop that makes candidates.</summary>
internal sealed record SearchSetup(IOptimizer Optimizer, ulong Seed, ImmutableArray<SearchObjective> Objectives)
{
    /// <summary>The objectives that count for dominance and are told to the optimizer.</summary>
    public ImmutableArray<RunObjective> Counting { get; } =
        [.. Objectives.Select(objective => objective.Description).Where(objective => !objective.ReportOnly)];

    /// <summary>One objective for each distinct subject: two objectives on one task and metric are scored once.</summary>
    public ImmutableArray<SearchObjective> Subjects { get; } = [.. Objectives.DistinctBy(objective => objective.Description.Subject)];

    /// <summary>What the optimizer sees of the search.</summary>
    public OptimizationProblem Problem(IWorkshop workshop) => new(workshop.Variables, [.. Counting.Select(objective => objective.Goal)]);
}
