namespace Evo.Search.Loop;

/// <summary>How often an evaluation that failed for the machine's reasons is tried again, and after which pause.</summary>
/// <param name="Attempts">All attempts together, at least 1.</param>
/// <param name="FirstPause">Before the second attempt; doubled for every further one.</param>
internal sealed record RetryPolicy(int Attempts, TimeSpan FirstPause)
{
    public static readonly RetryPolicy Default = new(3, TimeSpan.FromSeconds(1));

    /// <summary>The pause after a failed attempt (1-based), or null when that was the last.</summary>
    public TimeSpan? PauseAfter(int attempt) => attempt < Attempts ? FirstPause * Math.Pow(2, attempt - 1) : null;
}
