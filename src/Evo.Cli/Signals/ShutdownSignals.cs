using System.Runtime.InteropServices;

namespace Evo.Cli.Signals;

/// <summary>
/// The first Ctrl-C, SIGTERM or SIGUSR1 (Slurm's early warning) asks for a clean stop through <see cref="Stop"/>; a second one ends the process
/// at once. Nothing is lost by either: every finished evaluation is already in the run store.
/// </summary>
internal sealed class ShutdownSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly SignalSequence _sequence;
    private readonly Action<string> _announce;
    private readonly Action<int> _exit;
    private readonly Lock _gate = new();

    public ShutdownSignals(Action<string> announce, Action<int>? exit = null, TimeProvider? time = null, bool supervised = false)
    {
        _announce = announce;
        _exit = exit ?? Environment.Exit;
        _sequence = new SignalSequence(time ?? TimeProvider.System, supervised);
        Register(PosixSignal.SIGINT, ExitCode.Interrupted);
        Register(PosixSignal.SIGTERM, ExitCode.Terminated);
        if (OperatingSystem.IsLinux()) Register((PosixSignal)10, ExitCode.Terminated);
        else if (OperatingSystem.IsMacOS()) Register((PosixSignal)30, ExitCode.Terminated);
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _stop.Dispose();
    }

    /// <summary>What a signal does; the operating system's registrations call it, and so do tests.</summary>
    internal void Receive(int codeOfSecond)
    {
        lock (_gate)
        {
            switch (_sequence.Next())
            {
                case SignalMeaning.Drain:
                    _announce("stopping: finishing what is running (once more to end at once)");
                    _stop.Cancel();
                    break;
                case SignalMeaning.ExitNow:
                    _exit(codeOfSecond);
                    break;
                default:
                    break;
            }
        }
    }

    private void Register(PosixSignal signal, int codeOfSecond) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            Receive(codeOfSecond);
        }));
}
