using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Evo.EndToEnd.Tests;

internal sealed record EvoResult(int ExitCode, string Out, string Error);

/// <summary>
/// A running <c>evo</c> command: that of this build, or the program that the environment variable EVO_PROGRAM names, for example a published one.
/// </summary>
internal sealed class EvoProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();

    private EvoProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Append(_out, line.Data);
        process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string OutputSoFar
    {
        get
        {
            lock (_out) return _out.ToString();
        }
    }

    /// <summary>Runs a command to its end.</summary>
    public static EvoResult Run(params IEnumerable<string> arguments)
    {
        using var evo = Start(arguments);
        return evo.WaitForEnd();
    }

    /// <summary>Runs a command that must succeed, and gives its stdout.</summary>
    public static string Succeed(params IEnumerable<string> arguments)
    {
        var result = Run(arguments);
        Assert.True(result.ExitCode == 0, $"exit code {result.ExitCode}\n{result.Error}\n{result.Out}");
        return result.Out;
    }

    public static EvoProcess Start(params IEnumerable<string> arguments)
    {
        string[] program = Environment.GetEnvironmentVariable("EVO_PROGRAM") is { } named ? [named] : ["dotnet", Path.Combine(AppContext.BaseDirectory, "evo.dll")];
        if (InterruptsAreIgnored())
            program = ["env", "--default-signal=INT", .. program];
        var start = new ProcessStartInfo(program[0], program[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return new EvoProcess(Process.Start(start)!);
    }

    public EvoResult WaitForEnd()
    {
        if (!_process.WaitForExit(Patience))
        {
            _process.Kill(entireProcessTree: true);
            Assert.Fail($"evo did not end within {Patience}:\n{_error}\n{_out}");
        }

        _process.WaitForExit(); // flushes the redirected streams
        return new EvoResult(_process.ExitCode, OutputSoFar, _error.ToString());
    }

    /// <summary>kill -9.</summary>
    public void KillHard()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Signal(PosixSignalNumber signal) => Assert.Equal(0, Kill(_process.Id, (int)signal));

    /// <summary>Waits until stdout holds <paramref name="text"/>; fails when the process ends before it does.</summary>
    public void WaitForOutput(string text)
    {
        var deadline = Stopwatch.StartNew();
        while (!OutputSoFar.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(_process.HasExited || deadline.Elapsed > Patience, $"'{text}' was never printed:\n{_error}\n{OutputSoFar}");
            Thread.Sleep(20);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    public static int KillProcess(int id, PosixSignalNumber signal) => Kill(id, (int)signal);

    /// <summary>As for whatever a script starts with <c>&amp;</c>: evo would inherit it, rightly, and no interrupt would reach it.</summary>
    private static bool InterruptsAreIgnored()
    {
        const string Ignored = "SigIgn:", Status = "/proc/self/status";
        return File.Exists(Status)
            && File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(Ignored, StringComparison.Ordinal)) is { } line
            && (Convert.ToUInt64(line[Ignored.Length..].Trim(), 16) >> ((int)PosixSignalNumber.Interrupt - 1) & 1) == 1;
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is null) return;
        lock (text) text.AppendLine(line);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}

internal enum PosixSignalNumber
{
    Interrupt = 2,
    KillNow = 9,
    User1 = 10,
    Terminate = 15,
}
