using System.Globalization;
using System.Text.Json.Nodes;
using Evo.Cli.Sessions;
using Evo.Merging.Engines.Forecasts;
using Evo.Merging.ReadBudgets;
using Spectre.Console;

namespace Evo.Cli.Output;

/// <summary>What a merge will take, as tables or as one JSON document.</summary>
internal static class MergeForecastText
{
    public static void Write(CliConsole console, RecipeSession session, MergeForecast forecast, bool json)
    {
        var stageBytes = session.Merge?.TemporaryBytes ?? 0;
        if (json)
        {
            console.Out.WriteLine(JsonOutput.Document(Document(session, forecast)));
            return;
        }

        Line("read", $"{ScoreText.Bytes(forecast.BytesRead)}, each input once");
        Line("write", ScoreText.Bytes(forecast.BytesWritten));
        Line("disk", $"{ScoreText.Bytes(forecast.TemporaryBytes + stageBytes)} free for the new folder{(stageBytes > 0 ? " and the merges before it" : "")}; it takes its name when it is complete");
        Line("memory", $"{ScoreText.Bytes(forecast.PeakMemoryBytes)} at most, the program itself included; inputs are mapped and not counted");
        if (forecast.Seconds is { } seconds)
            Line("time", $"about {ScoreText.Duration(Math.Ceiling(seconds))}, by a probe of this machine");
        var table = new Table().Border(TableBorder.Simple).AddColumns("method", "tensors", "elements", "read");
        foreach (var method in forecast.Methods)
            table.AddRow(method.Method, Number(method.Tensors), Number(method.Elements), ScoreText.Bytes(method.BytesRead));
        if (forecast.CopiedTensors > 0)
            table.AddRow("(copied)", Number(forecast.CopiedTensors), "", "");
        console.Tables().Write(table);
        if (session.Budget is { } budget)
            Write(console, budget);

        void Line(string name, string text) => console.Out.WriteLine($"{name,-8} {text}");
    }

    /// <summary>What a read budget leaves out.</summary>
    public static void Write(CliConsole console, ReadBudgetReport budget)
    {
        console.Out.WriteLine(
            $"skipped  {ScoreText.Bytes(budget.SkippedBytes)} of {ScoreText.Bytes(budget.Bytes)} of the experts, {ScoreText.Percent(budget.SkippedEnergyShare)} of the task vectors' energy");
        var table = new Table().Border(TableBorder.Simple).AddColumns("model", "component", "blocks skipped", "bytes skipped", "energy skipped");
        foreach (var share in budget.Shares)
            table.AddRow(
                Markup.Escape(share.Model), Component(share), $"{Number(share.SkippedBlocks)} of {Number(share.Blocks)}",
                ScoreText.Bytes(share.SkippedBytes), ScoreText.Percent(share.Energy > 0 ? share.SkippedEnergy / share.Energy : 0));
        console.Tables().Write(table);
    }

    public static JsonObject Document(ReadBudgetReport budget) => new()
    {
        ["bytes"] = budget.Bytes,
        ["skippedBytes"] = budget.SkippedBytes,
        ["skippedEnergyShare"] = budget.SkippedEnergyShare,
        ["shares"] = new JsonArray([.. budget.Shares.Select(share => new JsonObject
        {
            ["model"] = share.Model, ["component"] = Component(share), ["blocks"] = share.Blocks, ["skippedBlocks"] = share.SkippedBlocks,
            ["bytes"] = share.Bytes, ["skippedBytes"] = share.SkippedBytes, ["energy"] = share.Energy, ["skippedEnergy"] = share.SkippedEnergy,
        })]),
    };

    private static JsonObject Document(RecipeSession session, MergeForecast forecast)
    {
        var plan = session.Plan;
        var document = new JsonObject
        {
            ["schema"] = "evo.merge-plan/1",
            ["bytesRead"] = forecast.BytesRead,
            ["bytesWritten"] = forecast.BytesWritten,
            ["temporaryBytes"] = forecast.TemporaryBytes + (session.Merge?.TemporaryBytes ?? 0),
            ["peakMemoryBytes"] = forecast.PeakMemoryBytes,
            ["seconds"] = forecast.Seconds,
            ["tensors"] = plan.Tensors.Length,
            ["copiedTensors"] = forecast.CopiedTensors,
            ["methods"] = new JsonArray([.. forecast.Methods.Select(method => new JsonObject
            {
                ["method"] = method.Method, ["tensors"] = method.Tensors, ["elements"] = method.Elements, ["bytesRead"] = method.BytesRead,
            })]),
            ["stages"] = MergeText.Stages(session),
            ["notes"] = new JsonArray([.. plan.Notes.Select(note => JsonValue.Create(note))]),
        };
        if (session.Budget is { } budget)
            document["readBudget"] = Document(budget);
        return document;
    }

    private static string Component(SkippedShare share) => share.Component.ToString().ToLowerInvariant();

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
