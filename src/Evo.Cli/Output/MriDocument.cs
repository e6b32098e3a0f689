using System.Text.Json.Nodes;
using Evo.Evaluation.Probes;

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
        if (report.Health is { } health)
        {
            document["child"] = Model(health.Child);
            document["healthy"] = health.Findings.IsEmpty;
            document["findings"] = new JsonArray([.. health.Findings.Select(finding => new JsonObject { ["where"] = finding.Where, ["problem"] = finding.Problem })]);
            document["checked"] = Texts(health.Checked);
            document["unchecked"] = Texts(health.Unchecked);
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
        ["fluency"] = model.Fluency is { } fluency ? Fluency(fluency) : null,
        ["damage"] = model.Damage,
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

    private static JsonObject Fluency(FluencySignals fluency) => new()
    {
        ["loss"] = fluency.Loss,
        ["texts"] = fluency.Texts,
        ["generations"] = new JsonArray([.. fluency.Generations.Select(generation => new JsonObject
        {
            ["prompt"] = generation.Prompt, ["text"] = generation.Text, ["repetition"] = generation.Repetition, ["repeated"] = generation.Repeated,
        })]),
    };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    private static JsonArray Numbers(IEnumerable<double> values) => new([.. values.Select(value => JsonValue.Create(value))]);

    /// <summary>JSON has no NaN; null says that the tensor holds values that are no numbers.</summary>
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
