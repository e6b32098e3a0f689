using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Evo.Cli.Output;
using Evo.Search.Loop;
using Evo.Search.Runs;
using Spectre.Console;

namespace Evo.Cli.Progress;

/// <summary>Progress that redraws in place on a terminal: generation, best per objective, hypervolume, rate and time left.</summary>
internal sealed class LiveProgress : ISearchObserver
{
    private static readonly TimeSpan RedrawInterval = TimeSpan.FromMilliseconds(200);

    private readonly LiveDisplayContext _display;
    private readonly List<string> _messages = [];
    private string _title = "starting";
    private string _step = "checking models and tasks";
    private ImmutableArray<ObjectiveBest> _best = [];
    private string _front = "";
    private string _pace = "";
    private long _drawn;

    private LiveProgress(LiveDisplayContext display) => _display = display;

    /// <summary>Runs <paramref name="search"/> under a live display, which is left on the screen when it ends.</summary>
    public static Task<SearchResult> RunAsync(IAnsiConsole console, Func<ISearchObserver, Task<SearchResult>> search) =>
        console.Live(new Text("starting")).StartAsync(display => search(new LiveProgress(display)));

    public void Started(SearchStarted started)
    {
        _title = $"run {ScoreText.ShortId(started.RunId)} in {started.RunDirectory}{(started.Resumed ? " (continued)" : "")}";
        _step = "scoring base, parents and uniform merge";
        Draw(now: true);
    }

    public void BaselineScored(BaselineScored scored)
    {
        _messages.Add($"{scored.Kind,-8} {scored.Name}: {ProgressText.Scores(scored.Objectives, scored.Invalid)}");
        Draw(now: true);
    }

    public void CandidateScored(CandidateScored scored)
    {
        _step = string.Create(
            CultureInfo.InvariantCulture,
            $"generation {scored.Generation}: {scored.Position + 1} of {scored.Proposals}, {ScoreText.ShortId(scored.Id)} {ProgressText.Scores(scored.Objectives, scored.Invalid)}");
        Draw(now: false);
    }

    public void GenerationFinished(GenerationFinished finished)
    {
        _best = finished.Best;
        _front = string.Create(CultureInfo.InvariantCulture, $"generation {finished.Number}: {finished.FrontSize} on the front, hypervolume {finished.Hypervolume:0.0000}");
        _pace = string.Create(CultureInfo.InvariantCulture, $"{finished.Status.CandidatesPerMinute:0} candidates/min")
            + (StatusText.Eta(finished.Status) is { } left ? $", {left} left" : "");
        Draw(now: true);
    }

    public void Rescoring(int done, int total)
    {
        _step = string.Create(CultureInfo.InvariantCulture, $"re-scoring on held-out items: {done} of {total}");
        Draw(now: done == total);
    }

    public void Warning(string message)
    {
        _messages.Add($"warning: {message}");
        Draw(now: true);
    }

    private void Draw(bool now)
    {
        if (!now && Stopwatch.GetElapsedTime(_drawn) < RedrawInterval) return;
        _drawn = Stopwatch.GetTimestamp();
        var lines = new List<string> { _title };
        lines.AddRange(_messages.TakeLast(12));
        if (_front.Length > 0) lines.Add(_front);
        if (!_best.IsEmpty) lines.Add($"best: {ProgressText.Best(_best)}");
        if (_pace.Length > 0) lines.Add(_pace);
        lines.Add(_step);
        _display.UpdateTarget(new Rows(lines.Select(line => new Text(line))));
    }
}
