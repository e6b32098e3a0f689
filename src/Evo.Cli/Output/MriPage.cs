using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Evo.Cli.Diagnosis;
using Evo.Evaluation.Probes;
using Evo.Merging.Diagnostics;

namespace Evo.Cli.Output;

/// <summary>Heat maps of a diagnosis as one page that needs no other file: layers across, parts down, the numbers as tooltips.</summary>
internal static class MriPage
{
    public static string Of(MriReport report)
    {
        var page = new StringBuilder();
        page.Append(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>evo mri</title><style>"
            + "body{font:14px system-ui,sans-serif;margin:2em;color:#222}table{border-collapse:collapse;margin:0 0 2em}"
            + "th{font-weight:normal;text-align:right;padding:0 .6em;color:#555}td{width:1.6em;height:1.6em;border:1px solid #fff}"
            + "</style><h1>Diagnosis of parents</h1>");
        if (!report.Ratios.IsEmpty)
        {
            page.Append(CultureInfo.InvariantCulture, $"<h2>Share of {Text(report.Parents[1].Name)} against {Text(report.Parents[0].Name)}</h2>");
            page.Append("<p>By ranks among tensors of one kind; blue speaks for the first, red for the second, white is undecided.</p>");
            Map(page, [.. report.Ratios.Select(ratio => new Cell(ratio.Place.Layer, $"{MriTables.Word(ratio.Place.Component)} {ratio.Place.Part}", ratio.Name, ratio.Ratio))], Diverging);
        }

        foreach (var model in report.Parents)
        {
            page.Append(CultureInfo.InvariantCulture, $"<h2>{Text(model.Name)}</h2><p>Score ½·entropy + 0.3·deviation + 0.002·norm, as a rank within each part.</p>");
            Map(page, Ranked(model.Signals), Sequential);
            if (model.Probes is { } probes)
            {
                page.Append("<p>Cosine distance of each layer's mean hidden state from that of generic text, as a share of the largest.</p>");
                Map(page, Probed(probes), Sequential);
            }
        }

        if (report.Health is { } health)
            Health(page, health, report.Parents);

        return page.Append("</html>\n").ToString();
    }

    private static void Health(StringBuilder page, ChildHealth health, ImmutableArray<DiagnosedModel> parents)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h2>Health of {Text(health.Child.Name)}</h2><p>Checked: {Text(string.Join(", ", health.Checked))}.</p>");
        if (health.Findings.IsEmpty)
            page.Append("<p>No findings.</p>");
        List(page, [.. health.Findings.Select(finding => $"{finding.Where}: {finding.Problem}"), .. health.Unchecked.Select(part => $"not checked: {part}")]);
        foreach (var model in parents.Append(health.Child))
        {
            if (model.Fluency is not { } fluency)
                continue;
            page.Append(CultureInfo.InvariantCulture,
                $"<p>{Text(model.Name)}: {fluency.Loss:0.00} nats a token on {fluency.Texts} generic texts; {fluency.Repeated.Length} of {fluency.Generations.Length} greedy texts repeat themselves.</p>");
            List(page, [.. fluency.Generations.Select(generation => $"{generation.Prompt} … {generation.Text}")]);
        }
    }

    private static void List(StringBuilder page, ImmutableArray<string> items)
    {
        if (!items.IsEmpty)
            page.Append("<ul>").AppendJoin("", items.Select(item => $"<li>{Text(item)}</li>")).Append("</ul>");
    }

    private static Cell[] Probed(ProbeSignals probes)
    {
        var largest = probes.ByLayer.SelectMany(layer => layer).Append(1e-12).Max();
        return [.. probes.Sets.SelectMany(set => probes.Of(set).Select((distance, layer) => new Cell(layer, set.ToLowerInvariant(), $"{distance:0.0000}", distance / largest)))];
    }

    private static Cell[] Ranked(ParentDiagnosis model) =>
    [
        .. model.Tensors.GroupBy(tensor => $"{MriTables.Word(tensor.Place.Component)} {tensor.Place.Part}").SelectMany(part =>
        {
            TensorDiagnosis[] order = [.. part.OrderBy(tensor => tensor.Signals.Score)];
            return order.Select((tensor, rank) => new Cell(
                tensor.Place.Layer, part.Key, $"{tensor.Name}: score {tensor.Signals.Score:0.000}", tensor.Signals.IsFinite ? (rank + 0.5) / order.Length : double.NaN));
        }),
    ];

    private static void Map(StringBuilder page, Cell[] cells, Func<double, string> colour)
    {
        int?[] layers = [.. cells.Select(cell => cell.Layer).Distinct().OrderBy(layer => layer ?? -1)];
        page.Append("<table><tr><th></th>");
        foreach (var layer in layers)
            page.Append(CultureInfo.InvariantCulture, $"<th>{(layer is { } number ? number : "–")}</th>");
        page.Append("</tr>");
        foreach (var row in cells.GroupBy(cell => cell.Row))
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{Text(row.Key)}</th>");
            foreach (var layer in layers)
            {
                Cell[] here = [.. row.Where(cell => cell.Layer == layer)];
                if (here.Length == 0)
                    page.Append("<td></td>");
                else
                    page.Append(CultureInfo.InvariantCulture,
                        $"<td style=\"background:{colour(here.Average(cell => cell.Value))}\" title=\"{Text(string.Join("; ", here.Select(cell => $"{cell.Name} {cell.Value:0.000}")))}\"></td>");
            }

            page.Append("</tr>");
        }

        page.Append("</table>");
    }

    private static string Diverging(double share) => double.IsNaN(share) ? "#888" : share < 0.5
        ? Rgb(255 - (2 * (0.5 - share) * 200), 255 - (2 * (0.5 - share) * 140), 255)
        : Rgb(255, 255 - (2 * (share - 0.5) * 170), 255 - (2 * (share - 0.5) * 200));

    private static string Sequential(double share) => double.IsNaN(share) ? "#888" : Rgb(255 - (share * 215), 255 - (share * 120), 255 - (share * 160));

    private static string Rgb(double red, double green, double blue) =>
        string.Create(CultureInfo.InvariantCulture, $"rgb({(int)red},{(int)green},{(int)blue})");

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private readonly record struct Cell(int? Layer, string Row, string Name, double Value);
}
