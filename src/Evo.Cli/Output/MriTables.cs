using System.Globalization;
using Evo.Checkpoints.Architectures;
using Evo.Merging.Diagnostics;
using Spectre.Console;

namespace Evo.Cli.Output;

/// <summary><c>evo mri</c> on a terminal: every model by part, two models by layer and component.</summary>
internal static class MriTables
{
    public static void Write(CliConsole console, MriReport report)
    {
        foreach (var model in report.Parents)
            WriteModel(console, model);
        if (report.Parents.Any(parent => parent.Probes is not null))
            WriteProbes(console, report);
        if (!report.Ratios.IsEmpty)
            WriteRatios(console, report);
        if (report.Health is { } health)
            HealthText.Write(console, health, report.Parents);
    }

    private static void WriteModel(CliConsole console, DiagnosedModel model)
    {
        var tensors = model.Signals.Tensors;
        console.Out.WriteLine($"{model.Name}: {tensors.Length} tensors; means over the layers");
        var table = new Table().Border(TableBorder.Simple).AddColumns("part", "tensors", "entropy (bits)", "standard deviation", "norm", "score");
        foreach (var part in tensors.GroupBy(tensor => (tensor.Place.Component, tensor.Place.Part)).OrderBy(group => group.Key.Component).ThenBy(group => group.Key.Part, StringComparer.Ordinal))
            table.AddRow(
                Markup.Escape($"{Word(part.Key.Component)} {part.Key.Part}"),
                part.Count().ToString(CultureInfo.InvariantCulture),
                Number(part.Average(tensor => tensor.Signals.Entropy), "0.000"),
                Number(part.Average(tensor => tensor.Signals.StandardDeviation), "0.0000"),
                Number(part.Average(tensor => tensor.Signals.Norm), "0.00"),
                Number(part.Average(tensor => tensor.Signals.Score), "0.000"));
        console.Tables().Write(table);
        if (model.Damage is { } damage)
            console.Out.WriteLine($"{model.Name} cannot be run: {damage}");
    }

    /// <summary>Distances by layer and kind of text, and the line by which a Darwin recipe takes them.</summary>
    private static void WriteProbes(CliConsole console, MriReport report)
    {
        foreach (var model in report.Parents)
        {
            if (model.Probes is not { } probes)
                continue;
            console.Out.WriteLine($"{model.Name}: cosine distance of each layer's mean hidden state from that of generic text");
            var table = new Table().Border(TableBorder.Simple).AddColumns(["layer", .. probes.Sets.Select(set => set.ToLowerInvariant()), "mean"]);
            for (var layer = 0; layer < probes.Layers; layer++)
                table.AddRow([
                    layer.ToString(CultureInfo.InvariantCulture),
                    .. probes.ByLayer[layer].Append(model.Layers[layer]).Select(distance => Number(distance, "0.0000")),
                ]);
            console.Tables().Write(table);
            console.Out.WriteLine($"in a recipe of the method darwin:  probe: [{string.Join(", ", model.Layers.Select(distance => Number(distance, "0.00000")))}]");
            console.Out.WriteLine();
        }
    }

    private static void WriteRatios(CliConsole console, MriReport report)
    {
        console.Out.WriteLine($"Share of {report.Parents[1].Name} by the diagnosis (0.5 is undecided); means over the tensors of a component");
        Component[] components = [.. report.Ratios.Select(ratio => ratio.Place.Component).Distinct().Order()];
        var table = new Table().Border(TableBorder.Simple).AddColumns(["layer", .. components.Select(Word)]);
        foreach (var layer in report.Ratios.GroupBy(ratio => ratio.Place.Layer).OrderBy(group => group.Key ?? -1))
            table.AddRow([
                layer.Key?.ToString(CultureInfo.InvariantCulture) ?? "outside",
                .. components.Select(component => layer.Where(ratio => ratio.Place.Component == component).ToArray() is { Length: > 0 } ratios
                    ? Number(ratios.Average(ratio => ratio.Ratio), "0.000")
                    : ""),
            ]);
        console.Tables().Write(table);
    }

    internal static string Word(Component component) => component.ToString().ToLowerInvariant();

    internal static string Number(double value, string format) => double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : "not finite";
}
