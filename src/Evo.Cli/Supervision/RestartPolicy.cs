namespace Evo.Cli.Supervision;

/// <summary>What a supervisor does after its child has ended: restart after <see cref="Delay"/>, or hand on the exit code when it is null.</summary>
internal readonly record struct RestartDecision(TimeSpan? Delay)
{
    public static RestartDecision HandOn => new(null);
}

/// <summary>
/// When a search is started again. A run that says how it ended (done, bad configuration, failed environment, too many failures, budget, stopped,
/// second signal) is believed; anything else is a crash (killed, out of memory, a native fault). Crashes in quick succession wait 1, 2, 4, ...
/// 60 s; ten of them without a run of ten minutes in between are given up, because then a restart does not help.
/// </summary>
internal sealed class RestartPolicy
{
    public const int MostQuickCrashes = 10;

    public static readonly TimeSpan HealthyRun = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(60);

    private int _quickCrashes;

    public RestartDecision After(int exitCode, TimeSpan ran)
    {
        if (IsAnswer(exitCode)) return RestartDecision.HandOn;
        _quickCrashes = ran >= HealthyRun ? 1 : _quickCrashes + 1;
        if (_quickCrashes > MostQuickCrashes) return RestartDecision.HandOn;
        var delay = TimeSpan.FromSeconds(Math.Pow(2, _quickCrashes - 1));
        return new RestartDecision(delay < LongestDelay ? delay : LongestDelay);
    }

    private static bool IsAnswer(int exitCode) => exitCode is
        ExitCode.Done or ExitCode.Usage or ExitCode.Environment or ExitCode.TooManyFailures or ExitCode.BudgetReached or
        ExitCode.Stopped or ExitCode.Interrupted or ExitCode.Terminated;
}
