using System.CommandLine;
using Evo.Cli.Output;
using Evo.Cli.Sessions;
using Evo.Cli.Supervision;
using Evo.Search.Loop;

namespace Evo.Cli.Commands;

/// <summary><c>evo run SPACE</c>: starts a search; the same command again continues it.</summary>
internal static class RunCommand
{
    public static Command Create(CliConsole console)
    {
        var space = CommonOptions.Space();
        var directory = new Option<string?>("--run-dir") { Description = "Where the run is kept. Default: runs/NAME-seedN under the current folder." };
        var device = CommonOptions.Device();
        var overrides = CommonOptions.Set();
        var json = CommonOptions.Json();
        var keepGoing = new Option<bool>("--keep-going") { Description = "Start again after a crash, until the run says that it is finished." };
        var command = new Command("run", "Start a search; the same command again continues it.")
        {
            space, directory, device, overrides, json, keepGoing,
        };
        command.SetAction((parsed, _) =>
        {
            if (parsed.GetValue(keepGoing))
            {
                var again = parsed.Tokens.Select(token => token.Value).Where(value => value != keepGoing.Name).ToArray();
                return Supervisor.RunAsync(again, console.Error);
            }

            var request = new SearchRequest(
                parsed.GetRequiredValue(space), parsed.GetValue(directory), [.. parsed.GetRequiredValue(overrides)], parsed.GetValue(device));
            return SearchSession.RunAsync(
                console, parsed.GetValue(json), (observer, stop) => SearchRunner.RunAsync(request, observer, stop));
        });
        return command;
    }
}
