namespace Evo.Cli.Signals;

internal enum SignalMeaning
{
    Drain,
    ExitNow,
    Echo,
}

/// <summary>
/// Decides what the n-th stop signal means. Under a supervisor (<c>--keep-going</c>) one Ctrl-C can arrive twice, once from the terminal and
/// once forwarded by the supervisor, so a second signal within <see cref="EchoWindow"/> of the first is the same one.
/// </summary>
internal sealed class SignalSequence(TimeProvider time, bool supervised)
{
    public static readonly TimeSpan EchoWindow = TimeSpan.FromMilliseconds(300);

    private long? _first;

    public SignalMeaning Next()
    {
        if (_first is not { } first)
        {
            _first = time.GetTimestamp();
            return SignalMeaning.Drain;
        }

        return supervised && time.GetElapsedTime(first) < EchoWindow ? SignalMeaning.Echo : SignalMeaning.ExitNow;
    }
}
