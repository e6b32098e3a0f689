using System.Collections.Immutable;

namespace Evo.Evaluation.Tasks;

/// <summary>Items that a search may see, and held-out items that its result is reported on. The two share no item.</summary>
public sealed record TaskSplit(ImmutableArray<TaskItem> Search, ImmutableArray<TaskItem> Report);
