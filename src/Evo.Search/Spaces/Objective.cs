using Evo.Optimization;

namespace Evo.Search.Spaces;

/// <summary>One thing to know of a candidate: a metric of a task, or a measure of the candidate itself. Exactly one of the two.</summary>
/// <param name="Name">Distinct in the space; names the column of every table.</param>
/// <param name="TaskPath">Full path of the task's YAML file; null for a measure.</param>
/// <param name="Metric">A metric of the task's kind; null takes the task's own.</param>
/// <param name="Measure">Name of a measure (<see cref="Measures"/>); null for a task.</param>
/// <param name="ReportOnly">Computed and shown, but not told to the optimizer.</param>
public sealed record Objective(string Name, string? TaskPath, string? Metric, string? Measure, Goal Goal, bool ReportOnly);
