using System.Globalization;
using System.Text.Json.Nodes;
using Evo.Cli.Sessions;

namespace Evo.Cli.Output;

/// <summary>What <c>evo merge</c> says of a merge: before it starts, and when it is written.</summary>
internal static class MergeText
{
    /// <summary>What comes first, what it takes, and what the plan does that the recipe does not say: on the side of progress.</summary>
    public static void Tell(CliConsole console, RecipeSession session)
    {
        foreach (var stage in session.Merge?.Stages ?? [])
        {
            console.Error.WriteLine($"first '{stage.Name}': {stage.TensorCount} tensors by {stage.Recipe.MergeMethod}, {ScoreText.Bytes(stage.Estimate.BytesWritten)}");
            foreach (var note in stage.Notes)
                console.Error.WriteLine($"note on '{stage.Name}': {note}");
        }

        if (session.Merge is { Stages.IsEmpty: false } merge)
            console.Error.WriteLine($"the stages take {ScoreText.Bytes(merge.TemporaryBytes)} beside the output until it is complete");
        foreach (var note in session.Plan.Notes)
            console.Error.WriteLine($"note: {note}");
    }

    /// <summary>What was written, and how long that took: from the first byte read to the folder's getting its name.</summary>
    public static void Done(CliConsole console, RecipeSession session, string folder, string? id, int tensors, long bytes, TimeSpan elapsed, bool json)
    {
        if (json)
        {
            console.Out.WriteLine(JsonOutput.Document(Document(session, folder, id, tensors, bytes, elapsed)));
            return;
        }

        var seconds = string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds:F2}");
        console.Out.WriteLine($"{folder}: {tensors} tensors by {session.Method}, {ScoreText.Bytes(bytes)} in {seconds} s");
        if (session.Budget is { } budget)
            MergeForecastText.Write(console, budget);
    }

    /// <summary>The merges that come first, as JSON.</summary>
    public static JsonArray Stages(RecipeSession session) => new([.. (session.Merge?.Stages ?? []).Select(stage => new JsonObject
    {
        ["name"] = stage.Name,
        ["method"] = stage.Recipe.MergeMethod,
        ["tensors"] = stage.TensorCount,
        ["bytesWritten"] = stage.Estimate.BytesWritten,
    })]);

    private static JsonObject Document(RecipeSession session, string folder, string? id, int tensors, long bytes, TimeSpan elapsed) => new()
    {
        ["schema"] = "evo.merge/1",
        ["folder"] = folder,
        ["id"] = id,
        ["method"] = session.Method,
        ["tensors"] = tensors,
        ["bytesWritten"] = bytes,
        ["seconds"] = Math.Round(elapsed.TotalSeconds, 3),
        ["temporaryBytes"] = session.Merge?.TemporaryBytes ?? 0,
        ["stages"] = Stages(session),
        ["notes"] = new JsonArray([.. session.Plan.Notes.Select(note => JsonValue.Create(note))]),
        ["readBudget"] = session.Budget is { } report ? MergeForecastText.Document(report) : null,
    };
}
