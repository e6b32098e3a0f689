using Evo.Search.Fronts;

namespace Evo.Search.Loop;

/// <summary>How a run ended. The numbers are the exit codes of product.md, section 2.</summary>
public enum SearchEnd
{
    /// <summary>The budget of generations or evaluations is used up, or the algorithm is done.</summary>
    Finished = 0,

    /// <summary>An evaluation failed again and again for the machine's reasons, or nothing valid can be found; resumable.</summary>
    TooManyFailures = 4,

    /// <summary>Hours, money or tokens are spent; there are results.</summary>
    BudgetReached = 5,

    /// <summary>Told to stop; resumable.</summary>
    Stopped = 75,
}

/// <param name="Reason">One sentence for people.</param>
/// <param name="Front">The front as it stands; null when the run ended before the baselines were scored.</param>
public sealed record SearchResult(SearchEnd End, string Reason, string RunId, string RunDirectory, FrontDocument? Front)
{
    public int ExitCode => (int)End;
}
