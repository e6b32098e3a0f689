namespace Evo.Cli;

/// <summary>The exit codes of <c>evo</c>; schedulers and scripts rely on them.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>A defect of Evo itself: everything that users can cause has a code of its own.</summary>
    public const int Unexpected = 1;

    /// <summary>Bad usage or configuration.</summary>
    public const int Usage = 2;

    /// <summary>Device, disk, credential or library.</summary>
    public const int Environment = 3;

    public const int TooManyFailures = 4;

    /// <summary>A limit of time, money or tokens was reached; there are results.</summary>
    public const int BudgetReached = 5;

    /// <summary>Stopped by a signal and resumable (EX_TEMPFAIL of sysexits.h).</summary>
    public const int Stopped = 75;

    /// <summary>A second Ctrl-C.</summary>
    public const int Interrupted = 130;

    /// <summary>A second SIGTERM.</summary>
    public const int Terminated = 143;
}
