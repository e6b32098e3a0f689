using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Evo.Cli.Supervision;

/// <summary>
/// <c>evo run --keep-going</c>: runs the same command in a child process and starts it again after a crash, until the run says that it is
/// finished. Signals are passed to the child and its exit code is handed on.
/// </summary>
internal static class Supervisor
{
    /// <summary>Set for the child, which then knows that one Ctrl-C may reach it twice.</summary>
    public const string SupervisedVariable = "EVO_SUPERVISED";

    public static bool IsSupervised => Environment.GetEnvironmentVariable(SupervisedVariable) == "1";

    /// <summary>Runs <c>evo</c> with <paramref name="arguments"/> until it has an answer, which is returned.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter log)
    {
        var policy = new RestartPolicy();
        Process? child = null;
        var stopping = 0;
        using var stopWait = new CancellationTokenSource();
        using var interrupt = Forward(PosixSignal.SIGINT, 2);
        using var terminate = Forward(PosixSignal.SIGTERM, 15);
        using var warning = OperatingSystem.IsLinux() ? Forward((PosixSignal)10, 10) : null;

        while (true)
        {
            var started = Stopwatch.GetTimestamp();
            using (child = Start(arguments))
            {
                await child.WaitForExitAsync().ConfigureAwait(false);
                var code = child.ExitCode;
                var decision = policy.After(code, Stopwatch.GetElapsedTime(started));
                if (decision.Delay is not { } delay) return code;
                if (Volatile.Read(ref stopping) == 1) return ExitCode.Stopped;
                await log.WriteLineAsync($"the search ended with code {code}; starting it again in {delay.TotalSeconds:0} s").ConfigureAwait(false);
                try
                {
                    await Task.Delay(delay, stopWait.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    return ExitCode.Stopped;
                }
            }
        }

        PosixSignalRegistration Forward(PosixSignal signal, int number) => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            Volatile.Write(ref stopping, 1);
            stopWait.Cancel();
            Send(child, number);
        });
    }

    private static Process Start(IReadOnlyList<string> arguments)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("this process has no path to start again");
        var start = new ProcessStartInfo(program) { UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
        {
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "evo.dll"));
        }

        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment[SupervisedVariable] = "1";
        return Process.Start(start) ?? throw new Win32Exception("the search could not be started");
    }

    private static void Send(Process? child, int signal)
    {
        // On Windows Ctrl-C reaches every process of the console by itself.
        if (OperatingSystem.IsWindows() || child is null) return;
        try
        {
            if (!child.HasExited) _ = Kill(child.Id, signal);
        }
        catch (InvalidOperationException)
        {
            // It ended between the two lines; the loop sees that.
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
