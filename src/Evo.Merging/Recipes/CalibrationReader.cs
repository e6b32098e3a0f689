using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Evo.Merging.Recipes;

/// <summary>Reads and writes the section <c>calibration:</c>.</summary>
internal static class CalibrationReader
{
    private const int MostTokens = 1 << 24;

    private static readonly string[] Keys = ["texts", "samples", "sequence_length", "tokens", "fisher_labels", "optimizer_states", "cache"];

    public static CalibrationRecipe? Read(Dictionary<string, RecipeNode> recipe)
    {
        if (!recipe.TryGetValue("calibration", out var node))
            return null;
        var fields = node.Mapping("'calibration'", Keys);
        if (!fields.ContainsKey("texts") && !fields.ContainsKey("optimizer_states"))
            throw node.Refuse("'calibration' needs 'texts': a file, or a mapping from models to files");
        var standard = new CalibrationRecipe();
        return new CalibrationRecipe
        {
            Texts = fields.TryGetValue("texts", out var texts)
                ? texts.IsScalar ? [new(CalibrationRecipe.Default, texts.Text("'texts'"))] : Files(texts, "'texts'")
                : [],
            Samples = Extent(fields, "samples", 1, standard.Samples),
            SequenceLength = Extent(fields, "sequence_length", 2, standard.SequenceLength),
            Tokens = Extent(fields, "tokens", 2, standard.Tokens),
            FisherOfText = fields.TryGetValue("fisher_labels", out var labels) && labels.Text("'fisher_labels'") switch
            {
                "text" => true,
                "model" => false,
                var other => throw labels.Refuse($"'fisher_labels' is 'model' (drawn from the model's own predictions) or 'text', not '{other}'"),
            },
            OptimizerStates = fields.TryGetValue("optimizer_states", out var states) ? Files(states, "'optimizer_states'") : [],
            Cache = fields.TryGetValue("cache", out var cache) ? cache.Text("'cache'") : null,
        };
    }

    public static void Write(StringBuilder yaml, CalibrationRecipe? calibration, Func<string, string> quote)
    {
        if (calibration is null)
            return;
        var standard = new CalibrationRecipe();
        yaml.Append("calibration:\n");
        Files(yaml, "texts", calibration.Texts, quote);
        Number(yaml, "samples", calibration.Samples, standard.Samples);
        Number(yaml, "sequence_length", calibration.SequenceLength, standard.SequenceLength);
        Number(yaml, "tokens", calibration.Tokens, standard.Tokens);
        if (calibration.FisherOfText)
            yaml.Append("  fisher_labels: text\n");
        Files(yaml, "optimizer_states", calibration.OptimizerStates, quote);
        if (calibration.Cache is { } cache)
            yaml.Append("  cache: ").Append(quote(cache)).Append('\n');
    }

    private static ImmutableArray<KeyValuePair<string, string>> Files(RecipeNode node, string what) =>
        [.. node.Entries(what).Select(entry => new KeyValuePair<string, string>(entry.Key.Text("a model's name"), entry.Value.Text("a file")))];

    private static int Extent(Dictionary<string, RecipeNode> fields, string key, int least, int standard)
    {
        if (!fields.TryGetValue(key, out var node))
            return standard;
        var value = node.WholeNumber($"'{key}'");
        return value >= least && value <= MostTokens ? value : throw node.Refuse($"'{key}' must lie in [{least}, {MostTokens}], not be {value}");
    }

    private static void Files(StringBuilder yaml, string key, ImmutableArray<KeyValuePair<string, string>> files, Func<string, string> quote)
    {
        if (files.IsEmpty)
            return;
        yaml.Append("  ").Append(key).Append(":\n");
        foreach (var (model, file) in files)
            yaml.Append("    ").Append(quote(model)).Append(": ").Append(quote(file)).Append('\n');
    }

    private static void Number(StringBuilder yaml, string key, int value, int standard)
    {
        if (value != standard)
            yaml.Append(CultureInfo.InvariantCulture, $"  {key}: {value}\n");
    }
}
