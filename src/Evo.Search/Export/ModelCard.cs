using System.Globalization;
using System.Text;
using Evo.Merging.Planning;
using Evo.Search.Fronts;
using Evo.Search.Runs;

namespace Evo.Search.Export;

/// <summary>
/// README.md of an exported candidate: front matter for the hub, scores with their errors beside the parents', and what it takes to make it
/// again.
/// </summary>
internal static class ModelCard
{
    public static string Write(MergePlan plan, CandidateDetails candidate, FrontDocument front, RunRow run, IEnumerable<RunInput> inputs)
    {
        var text = new StringBuilder("---\nbase_model:\n");
        foreach (var model in plan.Recipe.ReferencedModels)
            text.Append(CultureInfo.InvariantCulture, $"- {Quoted(model)}\n");
        text.Append("library_name: transformers\ntags:\n- mergekit\n- merge\n- evo\n---\n");
        text.Append(CultureInfo.InvariantCulture, $"# Merge {candidate.Id[..12]}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"A merge of language models by the method `{plan.Recipe.MergeMethod}`, found by Evo");
        text.Append(candidate.Generation is { } generation
            ? string.Create(CultureInfo.InvariantCulture, $" in generation {generation} of a search with `{run.Algorithm}`, seed {run.Seed}.\n\n")
            : string.Create(CultureInfo.InvariantCulture, $": the {candidate.Kind} that a search was compared with.\n\n"));
        Scores(text, candidate, front);
        text.Append("\n## Recipe\n\n```yaml\n").Append(candidate.RecipeYaml).Append("```\n\n## Provenance\n\n");
        text.Append(CultureInfo.InvariantCulture, $"- candidate `{candidate.Id}`\n- run `{run.RunId}`, algorithm `{run.Algorithm}`, seed {run.Seed}\n");
        text.Append(CultureInfo.InvariantCulture, $"- candidates that it was chosen from: {front.Evaluations} evaluations\n");
        foreach (var input in inputs)
            text.Append(CultureInfo.InvariantCulture, $"- {input.Kind} {Code(input.Name)}: SHA-256 of the content `{input.Hash}`\n");
        return text.ToString();
    }

    private static void Scores(StringBuilder text, CandidateDetails candidate, FrontDocument front)
    {
        text.Append("## Scores\n\nValue ± standard error (items). *Search* items chose this merge, so its score on them is flattering; ")
            .Append("*held-out* items did not.\n\n| model |");
        foreach (var objective in front.Objectives)
            text.Append(CultureInfo.InvariantCulture, $" {Cell(objective.Name)}, search | {Cell(objective.Name)}, held-out |");
        text.Append("\n| --- |").Append(string.Concat(Enumerable.Repeat(" --- | --- |", front.Objectives.Length))).Append('\n');
        Row("**this merge**", candidate.Objectives, candidate.Report);
        foreach (var parent in front.Parents)
            Row(Cell($"{parent.Kind} {parent.Name}"), parent.Objectives, parent.Report);

        void Row(string name, OrderedDictionary<string, ScoredValue> search, OrderedDictionary<string, ScoredValue>? report)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} |");
            foreach (var objective in front.Objectives)
            {
                var (searched, held) = (search.GetValueOrDefault(objective.Name), report?.GetValueOrDefault(objective.Name));
                text.Append(CultureInfo.InvariantCulture, $" {Score(searched)} | {Score(held)} |");
            }

            text.Append('\n');
        }
    }

    private static string Score(ScoredValue? score) => score switch
    {
        null => "–",
        { Items: 0 } => score.Value.ToString("0.#####", CultureInfo.InvariantCulture),
        _ => string.Create(CultureInfo.InvariantCulture, $"{score.Value:0.####} ± {score.StandardError:0.####} ({score.Items})"),
    };

    /// <summary>Names come from the user's files: they may not end a table cell, a code span or the front matter.</summary>
    private static string Cell(string text) => OneLine(text).Replace("|", "\\|", StringComparison.Ordinal);

    private static string Code(string text) => $"`{OneLine(text).Replace('`', '\'')}`";

    private static string Quoted(string text) =>
        $"\"{OneLine(text).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
