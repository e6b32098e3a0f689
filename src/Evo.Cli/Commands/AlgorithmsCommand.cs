using System.CommandLine;
using System.Text.Json.Nodes;
using Evo.Cli.Output;
using Evo.Optimization;
using Spectre.Console;

namespace Evo.Cli.Commands;

/// <summary><c>evo algorithms</c>: the search algorithms and their settings.</summary>
internal static class AlgorithmsCommand
{
    public static Command Create(CliConsole console)
    {
        var json = CommonOptions.Json();
        var command = new Command("algorithms", "The search algorithms, with their settings.") { json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(json)) console.Out.WriteLine(JsonOutput.Document(Document()));
            else WriteTables(console);
            return ExitCode.Done;
        });
        return command;
    }

    private static void WriteTables(CliConsole console)
    {
        var tables = console.Tables();
        foreach (var algorithm in Optimizers.All)
        {
            console.Out.WriteLine($"{algorithm.Name} ({(algorithm.ManyObjectives ? "one or more objectives" : "one objective")}): {algorithm.Description}");
            var table = new Table().Border(TableBorder.Simple).AddColumns("setting", "default", "allowed", "meaning");
            foreach (var setting in algorithm.Settings)
            {
                table.AddRow(setting.Name, Markup.Escape(setting.Default), Markup.Escape(setting.Range), Markup.Escape(setting.Description));
            }

            tables.Write(table);
        }
    }

    private static JsonObject Document() => new()
    {
        ["schema"] = "evo.algorithms/1",
        ["algorithms"] = new JsonArray([.. Optimizers.All.Select(algorithm => new JsonObject
        {
            ["name"] = algorithm.Name,
            ["description"] = algorithm.Description,
            ["manyObjectives"] = algorithm.ManyObjectives,
            ["settings"] = new JsonArray([.. algorithm.Settings.Select(setting => new JsonObject
            {
                ["name"] = setting.Name,
                ["default"] = setting.Default,
                ["allowed"] = setting.Range,
                ["description"] = setting.Description,
            })]),
        })]),
    };
}
