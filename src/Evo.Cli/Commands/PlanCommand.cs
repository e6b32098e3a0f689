using System.CommandLine;
using Evo.Cli.Output;
using Evo.Search.Loop;

namespace Evo.Cli.Commands;

/// <summary><c>evo plan SPACE</c>: genes, evaluations, peak memory, disk, time and money before anything is spent.</summary>
internal static class PlanCommand
{
    public static Command Create(CliConsole console)
    {
        var space = CommonOptions.Space();
        var device = CommonOptions.Device();
        var overrides = CommonOptions.Set();
        var json = CommonOptions.Json();
        var command = new Command("plan", "What a search will take: genes, evaluations, memory, disk, time (one candidate is probed), money.")
        {
            space, device, overrides, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new SearchRequest(
                parsed.GetRequiredValue(space), Overrides: [.. parsed.GetRequiredValue(overrides)], Device: parsed.GetValue(device));
            var plan = await SearchRunner.PlanAsync(request, cancellation).ConfigureAwait(false);
            PlanText.Write(console, plan, parsed.GetValue(json), "planned");
            return ExitCode.Done;
        });
        return command;
    }
}
