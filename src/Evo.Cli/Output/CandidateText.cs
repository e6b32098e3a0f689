using System.Globalization;
using Evo.Search.Runs;
using Spectre.Console;

namespace Evo.Cli.Output;

/// <summary>One candidate for people: scores, a table of coefficients (layers down, components across), item totals, recipe.</summary>
internal static class CandidateText
{
    public static void Write(CliConsole console, CandidateDetails details, bool listItems)
    {
        var writer = console.Out;
        var origin = details.Generation is { } generation ? string.Create(CultureInfo.InvariantCulture, $"generation {generation}") : details.Kind;
        writer.WriteLine($"{details.Name ?? details.Kind} {details.Id} ({origin}{(details.OnFront ? ", on the front" : "")})");
        if (details.Invalid is { } invalid) writer.WriteLine($"invalid: {invalid}");
        foreach (var (name, score) in details.Objectives)
        {
            var heldOut = details.Report?.GetValueOrDefault(name) is { } report ? $"   held out {ScoreText.Of(report)}" : "";
            writer.WriteLine($"  {name,-24} {ScoreText.Of(score)}{heldOut}");
        }

        var tables = console.Tables();
        foreach (var parameter in details.Coefficients.GroupBy(coefficient => (coefficient.Model, coefficient.Parameter)))
        {
            var name = parameter.Key.Model is { } model ? $"{parameter.Key.Parameter} of {model}" : parameter.Key.Parameter;
            if (parameter.Select(coefficient => coefficient.Value).Distinct().Count() == 1)
            {
                writer.WriteLine($"  {name,-24} {ScoreText.Value(parameter.First().Value)} everywhere");
                continue;
            }

            writer.WriteLine();
            writer.WriteLine(name);
            tables.Write(Coefficients([.. parameter]));
        }

        foreach (var objective in details.Items)
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{objective.Objective}: {objective.Items.Length} items, {objective.Items.Count(item => item.Truncated)} truncated"));
            if (!listItems) continue;
            foreach (var item in objective.Items)
            {
                writer.WriteLine(ItemText.Of(item));
            }
        }

        writer.WriteLine();
        writer.Write(details.RecipeYaml);
    }

    private static Table Coefficients(Coefficient[] coefficients)
    {
        var components = coefficients.Select(coefficient => coefficient.Component).Distinct(StringComparer.Ordinal).ToArray();
        var table = new Table().Border(TableBorder.Simple).AddColumn("layer");
        foreach (var component in components) table.AddColumn(new TableColumn(Markup.Escape(component)).RightAligned());
        foreach (var layer in coefficients.GroupBy(coefficient => coefficient.Layer))
        {
            var values = layer.ToDictionary(coefficient => coefficient.Component, coefficient => coefficient.Value, StringComparer.Ordinal);
            table.AddRow([
                layer.Key?.ToString(CultureInfo.InvariantCulture) ?? "-",
                .. components.Select(component => values.TryGetValue(component, out var value) ? ScoreText.Value(value) : ""),
            ]);
        }

        return table;
    }
}
