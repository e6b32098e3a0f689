using System.CommandLine;
using Evo.Cli.Output;
using Evo.Search.Runs;

namespace Evo.Cli.Commands;

/// <summary><c>evo status DIR</c>: how a run stands, whether it is going on or not.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(2);

    public static Command Create(CliConsole console)
    {
        var directory = CommonOptions.RunDirectory();
        var watch = new Option<bool>("--watch") { Description = "Print it again every two seconds while the run is going on." };
        var json = CommonOptions.Json();
        var command = new Command("status", "How a run stands: generation, evaluations, front, rate, time left, shares of each stage.")
        {
            directory, watch, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            while (true)
            {
                var status = Read(parsed.GetRequiredValue(directory));
                if (parsed.GetValue(json)) await console.Out.WriteAsync(status.ToJson()).ConfigureAwait(false);
                else StatusText.Write(console.Out, status);
                if (!parsed.GetValue(watch) || status.State != RunState.Running) return ExitCode.Done;
                await Task.Delay(WatchInterval, cancellation).ConfigureAwait(false);
            }
        });
        return command;
    }

    private static RunStatus Read(string directory)
    {
        using var run = RunReader.Open(directory);
        return run.Status();
    }
}
