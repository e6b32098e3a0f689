using System.Globalization;
using Evo.Cli.Output;
using Evo.Search.Loop;
using Evo.Search.Runs;

namespace Evo.Cli.Progress;

/// <summary>Progress as plain lines, for logs and pipes: one for each baseline and each generation.</summary>
internal sealed class PlainProgress(TextWriter writer) : ISearchObserver
{
    public void Started(SearchStarted started) => writer.WriteLine(started.Resumed
        ? Text($"continuing run {ScoreText.ShortId(started.RunId)} in {started.RunDirectory} after generation {started.Generation}, {started.Evaluations} evaluations")
        : Text($"run {ScoreText.ShortId(started.RunId)} in {started.RunDirectory}, process {started.ProcessId}"));

    public void BaselineScored(BaselineScored scored) =>
        writer.WriteLine($"{scored.Kind,-8} {scored.Name}: {ProgressText.Scores(scored.Objectives, scored.Invalid)}");

    public void GenerationFinished(GenerationFinished finished)
    {
        var eta = StatusText.Eta(finished.Status) is { } left ? $", {left} left" : "";
        writer.WriteLine(Text(
            $"generation {finished.Number}: front {finished.FrontSize}, hypervolume {finished.Hypervolume:0.0000}, best {ProgressText.Best(finished.Best)}, {finished.Status.CandidatesPerMinute:0} candidates/min{eta}"));
    }

    public void Rescoring(int done, int total)
    {
        if (done == total) writer.WriteLine(Text($"re-scored {total} models on held-out items"));
    }

    public void Warning(string message) => writer.WriteLine($"warning: {message}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
