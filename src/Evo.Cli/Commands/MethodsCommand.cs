using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Evo.Cli.Output;
using Evo.Merging.Methods;
using Spectre.Console;

namespace Evo.Cli.Commands;

/// <summary><c>evo methods</c>: the merge methods, their parameters and the ranges to search.</summary>
internal static class MethodsCommand
{
    public static Command Create(CliConsole console)
    {
        var json = CommonOptions.Json();
        var command = new Command("methods", "The merge methods, with their parameters and the ranges to search.") { json };
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
        foreach (var method in MergeMethods.All)
        {
            console.Out.WriteLine($"{method.Name}: {method.Description}");
            console.Out.WriteLine($"  {Needs(method.Needs)}");
            if (method.Parameters.IsEmpty)
            {
                console.Out.WriteLine();
                continue;
            }

            var table = new Table().Border(TableBorder.Simple)
                .AddColumns("parameter", "for", "default", "allowed", "worth searching", "meaning");
            foreach (var parameter in method.Parameters)
            {
                table.AddRow(
                    parameter.Name,
                    parameter.Scope == ParameterScope.PerModel ? "each model" : "the merge",
                    parameter.Default is { } value ? Number(parameter, value) : "required",
                    parameter.IsChoice ? string.Join(", ", parameter.Choices) : parameter.IsBoolean ? "true, false" : Markup.Escape($"[{Bound(parameter.Minimum)}, {Bound(parameter.Maximum)}]"),
                    parameter.IsBoolean || parameter.IsChoice ? "" : Markup.Escape($"[{Bound(parameter.SuggestedMinimum)}, {Bound(parameter.SuggestedMaximum)}]"),
                    Markup.Escape(parameter.Description));
            }

            tables.Write(table);
        }
    }

    private static JsonObject Document() => new()
    {
        ["schema"] = "evo.methods/1",
        ["methods"] = new JsonArray([.. MergeMethods.All.Select(method => new JsonObject
        {
            ["name"] = method.Name,
            ["description"] = method.Description,
            ["needsBase"] = method.Needs.NeedsBase,
            ["minimumModels"] = method.Needs.MinimumModels,
            ["maximumModels"] = method.Needs.MaximumModels == int.MaxValue ? null : method.Needs.MaximumModels,
            ["parameters"] = new JsonArray([.. method.Parameters.Select(parameter => new JsonObject
            {
                ["name"] = parameter.Name,
                ["scope"] = parameter.Scope == ParameterScope.PerModel ? "model" : "global",
                ["boolean"] = parameter.IsBoolean,
                ["choices"] = parameter.IsChoice ? new JsonArray([.. parameter.Choices.Select(choice => JsonValue.Create(choice))]) : null,
                ["default"] = parameter.Default,
                ["minimum"] = Finite(parameter.Minimum),
                ["maximum"] = Finite(parameter.Maximum),
                ["suggestedMinimum"] = Finite(parameter.SuggestedMinimum),
                ["suggestedMaximum"] = Finite(parameter.SuggestedMaximum),
                ["description"] = parameter.Description,
            })]),
        })]),
    };

    // JSON has no infinity; null says "no bound".
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static string Number(MethodParameter parameter, double value) =>
        parameter.IsChoice ? parameter.Choices[(int)value] : parameter.IsBoolean ? (value != 0 ? "true" : "false") : Bound(value);

    private static string Bound(double value) => double.IsPositiveInfinity(value) ? "∞"
        : double.IsNegativeInfinity(value) ? "-∞"
        : value.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Needs(MethodNeeds needs)
    {
        var models = needs.MaximumModels == int.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"{needs.MinimumModels} or more models")
            : needs.MinimumModels == needs.MaximumModels
                ? string.Create(CultureInfo.InvariantCulture, $"exactly {needs.MinimumModels} model{(needs.MinimumModels == 1 ? "" : "s")}")
                : string.Create(CultureInfo.InvariantCulture, $"{needs.MinimumModels} to {needs.MaximumModels} models");
        return needs.NeedsBase ? $"needs base_model and {models}" : $"needs {models}";
    }
}
