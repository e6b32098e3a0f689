using System.Collections.Immutable;
using System.Globalization;
using Evo.Checkpoints.Models;
using Evo.Evaluation;
using Evo.Evaluation.Outcomes;
using Evo.Merging.Planning;
using Evo.Search.Loop;
using Evo.Search.Runs;
using Evo.Search.Spaces;
using Evo.Search.Workshop;

namespace Evo.Search.Export;

/// <summary>
/// Proves a written folder: it is read back from the disk and scored on the same items; every item must come out as it is stored.
/// </summary>
internal sealed class ExportCheck(RunStore store, SearchSetup setup, EvaluatorSettings evaluator, IProgress<string>? progress)
{
    /// <summary>The folder's own scores on the search items.</summary>
    /// <exception cref="RunException">An item comes out differently, or the folder cannot be scored (environment).</exception>
    public async Task<OrderedDictionary<string, ScoredValue>> RunAsync(
        MergePlan plan, string folder, long candidate, CancellationToken cancellation)
    {
        using var written = ModelFolder.Open(folder);
        using var bench = CandidateBench.Load(plan, written, evaluator);
        var piece = new Workpiece(new Candidate(plan.ContentId, bench.Weights), bench.Evaluator);
        var scores = new OrderedDictionary<string, ScoredValue>();
        foreach (var objective in setup.Objectives)
        {
            if (objective.Task is null)
                continue;
            progress?.Report($"scoring what was written on '{objective.Description.Name}'");
            var stored = store.Items.Of(candidate, objective.Description.Subject);
            var items = objective.SearchItems.Concat(objective.ReportItems).Where(item => stored.ContainsKey(item.Id)).ToImmutableArray();
            var outcome = await piece.Evaluator.EvaluateAsync(piece.Candidate, objective.Task, items, cancellation).ConfigureAwait(false);
            if (outcome is not EvaluationOutcome.Scored scored)
                throw Refusal(folder, $"it could not be scored on '{objective.Description.Name}': {outcome}");
            RequireSame(folder, objective, stored, scored.Items);

            var searched = objective.SearchItems.Select(item => item.Id).ToHashSet();
            var estimate = objective.Estimate!([.. scored.Items.Where(item => searched.Contains(item.ItemId))]);
            scores.Add(objective.Description.Name, new ScoredValue(estimate.Value, estimate.StandardError, estimate.Items));
        }

        return scores;
    }

    private static void RequireSame(
        string folder, SearchObjective objective, Dictionary<string, ItemResult> stored, ImmutableArray<ItemResult> scored)
    {
        var different = scored.Where(item => stored[item.ItemId] != item).ToList();
        if (different.Count == 0)
            return;
        var (now, before) = (different[0], stored[different[0].ItemId]);
        throw Refusal(folder, string.Create(CultureInfo.InvariantCulture,
            $"on '{objective.Description.Name}' {different.Count} of {scored.Length} items come out differently, the first being "
            + $"'{now.ItemId}' (score {now.Score:R}, stored {before.Score:R}). The folder was removed. Scores that were made on another kind of "
            + $"processor may differ in the last digits: export where the search ran."));
    }

    private static RunException Refusal(string folder, string problem) =>
        new(RunProblem.Environment, $"{folder}: the written model is not the candidate: {problem}");
}
