namespace Evo.Search.Runs;

/// <summary>Which of a task's items a score rests on.</summary>
public enum ItemSplit
{
    /// <summary>The items that the search sees.</summary>
    Search,

    /// <summary>Held-out items, on which front members and baselines are re-scored.</summary>
    Report,
}
