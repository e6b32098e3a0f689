using System.Globalization;
using System.Text.Json;
using Evo.Search.Loop;
using Evo.Search.Spaces;

namespace Evo.Cli.Output;

/// <summary>A search plan as a few lines or as one JSON document.</summary>
internal static class PlanText
{
    // Genes beyond these are counted, not listed; the JSON document has all of them.
    private const int ListedGenes = 40;

    public static void Write(CliConsole console, SearchPlan plan, bool json, string verdict)
    {
        if (json)
        {
            var document = JsonSerializer.SerializeToNode(plan, PlanJson.Default.SearchPlan)!.AsObject();
            document.Insert(0, "schema", "evo.plan/1");
            document.Insert(1, "verdict", verdict);
            console.Out.WriteLine(JsonOutput.Document(document));
            return;
        }

        Line(verdict, string.Create(CultureInfo.InvariantCulture, $"{plan.Algorithm}, seed {plan.Seed}, population {plan.Population}, {plan.Genes.Length} genes"));
        foreach (var gene in plan.Genes.Take(ListedGenes)) Line("gene", Gene(gene));
        if (plan.Genes.Length > ListedGenes) Line("gene", string.Create(CultureInfo.InvariantCulture, $"... and {plan.Genes.Length - ListedGenes} more"));
        foreach (var model in plan.Models)
        {
            Line("model", string.Create(CultureInfo.InvariantCulture, $"{model.Name}, {model.Parameters / 1e6:0.00} M parameters, {ScoreText.Bytes(model.Bytes)}, {ScoreText.ShortId(model.ContentHash)}"));
        }

        foreach (var task in plan.Tasks)
        {
            Line("task", string.Create(CultureInfo.InvariantCulture, $"{task.Name} ({task.Metric}), {task.SearchItems} search items, {task.ReportItems} held out: {string.Join(", ", task.Objectives)}"));
        }

        Line("budget", Budget(plan.Budget));
        Line("work", string.Create(CultureInfo.InvariantCulture, $"{(plan.Evaluations is { } evaluations ? evaluations.ToString(CultureInfo.InvariantCulture) : "unknown number of")} evaluations, {plan.Baselines} baselines"));
        Line("memory", $"{ScoreText.Bytes(plan.PeakMemoryBytes)} for parents and candidate, at most {ScoreText.Bytes(plan.PreparedMemoryBytes)} more for what is prepared; activations come on top");
        Line("disk", $"{ScoreText.Bytes(plan.DiskBytes)} for the run directory");
        if (plan is { SecondsPerCandidate: { } each })
        {
            var total = plan.TotalSeconds is { } seconds ? $", {ScoreText.Duration(seconds)} in all" : "";
            Line("time", string.Create(CultureInfo.InvariantCulture, $"{each:0.00} s a candidate{total}"));
        }

        Line("money", string.Create(CultureInfo.InvariantCulture, $"{plan.Usd:0.00} USD"));
        foreach (var warning in plan.Warnings) Line("warning", warning);

        void Line(string name, string text) => console.Out.WriteLine($"{name,-8} {text}");
    }

    private static string Gene(Gene gene)
    {
        if (gene.IsCategorical) return $"{gene.Name}: one of {string.Join(", ", gene.Choices)}";
        var kind = (gene.Log ? ", logarithmic" : "") + (gene.Integer ? ", whole numbers" : "");
        var start = gene.Initial is { } initial ? string.Create(CultureInfo.InvariantCulture, $", from {initial}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{gene.Name} in [{gene.Lower}, {gene.Upper}]{start}{kind}");
    }

    private static string Budget(Budget budget)
    {
        var limits = new List<string>();
        if (budget.Generations is { } generations) limits.Add(string.Create(CultureInfo.InvariantCulture, $"{generations} generations"));
        if (budget.Evaluations is { } evaluations) limits.Add(string.Create(CultureInfo.InvariantCulture, $"{evaluations} evaluations"));
        if (budget.Hours is { } hours) limits.Add(string.Create(CultureInfo.InvariantCulture, $"{hours} hours"));
        if (budget.Usd is { } usd) limits.Add(string.Create(CultureInfo.InvariantCulture, $"{usd} USD"));
        if (budget.Tokens is { } tokens) limits.Add(string.Create(CultureInfo.InvariantCulture, $"{tokens} tokens"));
        return string.Join(", ", limits);
    }
}
