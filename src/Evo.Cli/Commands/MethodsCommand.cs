using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Evo.Cli.Output;
using Evo.Merging.Methods;
using Evo.Merging.Methods.Modifiers;
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
            WriteParameters(console, tables, method.Parameters);
        }

        foreach (var modifier in MergeModifiers.All)
        {
            console.Out.WriteLine($"{modifier.Name}_...: {modifier.Description}");
            console.Out.WriteLine("  beside any method with a base_model; takes part when one of its parameters is named");
            WriteParameters(console, tables, modifier.Parameters);
        }
    }

    private static void WriteParameters(CliConsole console, IAnsiConsole tables, ImmutableArray<MethodParameter> parameters)
    {
        if (parameters.IsEmpty)
        {
            console.Out.WriteLine();
            return;
        }

        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("parameter", "for", "default", "allowed", "worth searching", "meaning");
        foreach (var parameter in parameters)
        {
            table.AddRow(
                parameter.Name,
                parameter.Scope == ParameterScope.PerModel ? "each model" : "the merge",
                parameter.Default is { } value ? Number(parameter, value) : "required",
                Markup.Escape(Allowed(parameter)),
                parameter.IsBoolean || parameter.IsChoice ? "" : Markup.Escape($"[{Bound(parameter.SuggestedMinimum)}, {Bound(parameter.SuggestedMaximum)}]"),
                Markup.Escape(parameter.Description));
        }

        tables.Write(table);
    }

    private static string Allowed(MethodParameter parameter) => parameter.IsChoice ? string.Join(", ", parameter.Choices)
        : parameter.IsBoolean ? "true, false"
        : string.Join(" or ", parameter.Words.Select(word => word.Key).Prepend($"[{Bound(parameter.Minimum)}, {Bound(parameter.Maximum)}]"));

    private static JsonObject Document() => new()
    {
        ["schema"] = "evo.methods/1",
        ["methods"] = new JsonArray([.. MergeMethods.All.Select(method => new JsonObject
        {
            ["name"] = method.Name,
            ["description"] = method.Description,
            ["needsBase"] = method.Needs.NeedsBase,
            ["takesBase"] = method.Needs.NeedsBase || method.Needs.TakesBase,
            ["minimumModels"] = method.Needs.MinimumModels,
            ["maximumModels"] = method.Needs.MaximumModels == int.MaxValue ? null : method.Needs.MaximumModels,
            ["parameters"] = Document(method.Parameters),
        })]),
        ["modifiers"] = new JsonArray([.. MergeModifiers.All.Select(modifier => new JsonObject
        {
            ["name"] = modifier.Name,
            ["description"] = modifier.Description,
            ["parameters"] = Document(modifier.Parameters),
        })]),
    };

    private static JsonArray Document(ImmutableArray<MethodParameter> parameters) => new([.. parameters.Select(parameter => new JsonObject
    {
        ["name"] = parameter.Name,
        ["scope"] = parameter.Scope == ParameterScope.PerModel ? "model" : "global",
        ["boolean"] = parameter.IsBoolean,
        ["choices"] = parameter.IsChoice ? new JsonArray([.. parameter.Choices.Select(choice => JsonValue.Create(choice))]) : null,
        ["words"] = parameter.Words.IsEmpty ? null : new JsonArray([.. parameter.Words.Select(word => JsonValue.Create(word.Key))]),
        ["default"] = parameter.Default,
        ["minimum"] = Finite(parameter.Minimum),
        ["maximum"] = Finite(parameter.Maximum),
        ["suggestedMinimum"] = Finite(parameter.SuggestedMinimum),
        ["suggestedMaximum"] = Finite(parameter.SuggestedMaximum),
        ["description"] = parameter.Description,
    })]);

    // JSON has no infinity; null says "no bound".
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static string Number(MethodParameter parameter, double value) =>
        parameter.Words.FirstOrDefault(word => word.Value == value) is { Key: { } key } ? key
        : parameter.IsChoice ? parameter.Choices[(int)value] : parameter.IsBoolean ? (value != 0 ? "true" : "false") : Bound(value);

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
        return needs.NeedsBase ? $"needs base_model and {models}"
            : needs.TakesBase ? $"needs {models}, and takes a base_model" : $"needs {models}";
    }
}
