namespace Evo.Search.Runs;

/// <summary>Whose move it is when a run cannot go on: the user's (exit code 2) or the machine's (exit code 3).</summary>
public enum RunProblem
{
    /// <summary>A wrong directory, candidate id or search: mend the command.</summary>
    Usage,

    /// <summary>Disk full, directory locked by another process, broken database: mend the machine; the run stays resumable.</summary>
    Environment,
}

/// <summary>A run directory that cannot be used: the message names the path, what is wrong and the way out.</summary>
public sealed class RunException : Exception
{
    public RunException(RunProblem problem, string message, Exception? inner = null)
        : base(message, inner) => Problem = problem;

    public RunProblem Problem { get; }
}
