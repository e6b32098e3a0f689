using Evo.Cli.Output;
using Evo.Cli.Progress;
using Evo.Cli.Signals;
using Evo.Cli.Supervision;
using Evo.Search.Loop;

namespace Evo.Cli.Sessions;

/// <summary>One session of a search at a terminal: progress while it runs, a clean stop on the first signal, the front and the next commands at its end.</summary>
internal static class SearchSession
{
    // A front of a hundred members would push everything else off the screen; `evo pareto` lists all of them.
    private const int ShownMembers = 16;

    public static async Task<int> RunAsync(
        CliConsole console, bool json, Func<ISearchObserver, CancellationToken, Task<SearchResult>> search)
    {
        using var signals = new ShutdownSignals(console.Error.WriteLine, supervised: Supervisor.IsSupervised);
        SearchResult result;
        if (json)
        {
            var progress = new JsonProgress(console.Out);
            result = await search(progress, signals.Stop).ConfigureAwait(false);
        }
        else if (console.ErrorIsTerminal)
        {
            result = await LiveProgress.RunAsync(console.Progress(), progress => search(progress, signals.Stop)).ConfigureAwait(false);
        }
        else
        {
            result = await search(new PlainProgress(console.Error), signals.Stop).ConfigureAwait(false);
        }

        if (!json)
        {
            if (result.Front is { } front) FrontTable.Write(console.Tables(), front, ShownMembers);
            WriteNextCommands(console.Error, result);
        }

        return result.ExitCode;
    }

    private static void WriteNextCommands(TextWriter writer, SearchResult result)
    {
        var directory = ShellText.Quote(result.RunDirectory);
        writer.WriteLine($"{result.End.ToString().ToLowerInvariant()}: {result.Reason}");
        if (result.End != SearchEnd.Finished) writer.WriteLine($"continue:  evo resume {directory}");
        else writer.WriteLine($"go on:     evo resume {directory} --generations +10   (--evaluations +100 where those were the limit)");
        if (result.Front is not { } front || FrontMembers.Balanced(front) is not { } balanced) return;
        var id = ScoreText.ShortId(balanced.Id);
        if (front.Members.Length > ShownMembers) writer.WriteLine($"all:       evo pareto {directory}");
        writer.WriteLine($"look at:   evo show {directory} {id}");
        writer.WriteLine($"export:    evo export {directory} {id} --out FOLDER");
    }
}
