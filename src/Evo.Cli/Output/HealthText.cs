using System.Collections.Immutable;
using System.Globalization;
using Evo.Cli.Diagnosis;
using Spectre.Console;

namespace Evo.Cli.Output;

/// <summary>The health of a child on a terminal: how the three models write, what is wrong with the child, what was not looked at.</summary>
internal static class HealthText
{
    public static void Write(CliConsole console, ChildHealth health, ImmutableArray<DiagnosedModel> parents)
    {
        var child = health.Child;
        ImmutableArray<DiagnosedModel> run = [.. parents.Append(child).Where(model => model.Fluency is not null)];
        if (!run.IsEmpty)
            WriteFluency(console, run);
        console.Out.WriteLine(health.Findings.IsEmpty
            ? $"{child.Name}: healthy (checked: {string.Join(", ", health.Checked)})"
            : $"{child.Name}: {Findings(health.Findings.Length)} (checked: {string.Join(", ", health.Checked)})");
        foreach (var finding in health.Findings)
            console.Out.WriteLine($"  {finding.Where}: {finding.Problem}");
        foreach (var part in health.Unchecked)
            console.Out.WriteLine($"  not checked: {part}");
    }

    private static void WriteFluency(CliConsole console, ImmutableArray<DiagnosedModel> models)
    {
        console.Out.WriteLine("How the models write: next-token loss on generic text, and greedy texts that repeat themselves");
        var table = new Table().Border(TableBorder.Simple).AddColumns("model", "loss (nats a token)", "repeat themselves", "over and over");
        foreach (var model in models)
        {
            var fluency = model.Fluency!;
            table.AddRow(
                Markup.Escape(model.Name),
                MriTables.Number(fluency.Loss, "0.00"),
                string.Create(CultureInfo.InvariantCulture, $"{fluency.Repeated.Length} of {fluency.Generations.Length}"),
                Markup.Escape(string.Join("; ", fluency.Repeated.Select(text => $"'{ItemText.OneLine(text)}'"))));
        }

        console.Tables().Write(table);
    }

    private static string Findings(int count) => count == 1 ? "1 finding" : string.Create(CultureInfo.InvariantCulture, $"{count} findings");
}
