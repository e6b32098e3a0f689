using System.Text.Json.Nodes;

namespace Evo.Cli.Output;

/// <summary><c>evo mri --json</c>.</summary>
internal static class MriDocument
{
    public static JsonObject Of(MriReport report)
    {
        var document = new JsonObject
        {
            ["schema"] = "evo.mri/1",
            ["models"] = new JsonArray([.. report.Parents.Select(Model)]),
        };
        if (!report.Ratios.IsEmpty)
            document["ratios"] = new JsonArray([.. report.Ratios.Select(ratio => new JsonObject
            {
                ["name"] = ratio.Name, ["ratio"] = ratio.Ratio, ["rawRatio"] = ratio.RawRatio,
            })]);
        if (report.Child is { } child)
        {
            document["child"] = Model(child);
            document["healthy"] = report.Findings.IsEmpty;
            document["findings"] = new JsonArray([.. report.Findings.Select(finding => new JsonObject { ["where"] = finding.Where, ["problem"] = finding.Problem })]);
        }

        return document;
    }

    private static JsonObject Model(DiagnosedModel model) => new()
    {
        ["name"] = model.Name,
        ["contentHash"] = model.Signals.ContentHash,
        ["probes"] = model.Probes is { } probes
            ? new JsonObject([.. probes.Sets.Select(set => KeyValuePair.Create<string, JsonNode?>(set, Numbers(probes.Of(set)))), KeyValuePair.Create<string, JsonNode?>("mean", Numbers(model.Layers))])
            : null,
        ["tensors"] = new JsonArray([.. model.Signals.Tensors.Select(tensor => new JsonObject
        {
            ["name"] = tensor.Name,
            ["layer"] = tensor.Place.Layer,
            ["component"] = tensor.Place.Component.ToString().ToLowerInvariant(),
            ["part"] = tensor.Place.Part,
            ["elements"] = tensor.Elements,
            ["entropy"] = Finite(tensor.Signals.Entropy),
            ["standardDeviation"] = Finite(tensor.Signals.StandardDeviation),
            ["norm"] = Finite(tensor.Signals.Norm),
            ["score"] = Finite(tensor.Signals.Score),
        })]),
    };

    private static JsonArray Numbers(IEnumerable<double> values) => [.. values.Select(value => JsonValue.Create(value))];

    /// <summary>JSON has no NaN; null says that the tensor holds values that are no numbers.</summary>
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
