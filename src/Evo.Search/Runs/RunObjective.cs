using Evo.Optimization;

namespace Evo.Search.Runs;

/// <summary>An objective as a run stores it.</summary>
/// <param name="Subject">Content hash of the task with its metric, or <c>measure:NAME</c>: what scores are filed under.</param>
/// <param name="Metric">Name of the metric or measure.</param>
/// <param name="ReportOnly">Shown, but neither told to the optimizer nor part of dominance.</param>
public sealed record RunObjective(string Name, Goal Goal, bool ReportOnly, string Subject, string Metric);
