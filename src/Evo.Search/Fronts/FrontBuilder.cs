using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Search.Runs;
using Evo.Search.Runs.Tables;

namespace Evo.Search.Fronts;

/// <summary>Draws up the front document from the store.</summary>
internal sealed class FrontBuilder(RunStore store, RunRow run)
{
    private readonly Dictionary<long, JsonObject> _recipes = [];

    /// <param name="archive">The candidates to choose from.</param>
    /// <param name="generation">Completed generations.</param>
    /// <param name="evaluations">Proposals answered.</param>
    /// <param name="withReport">
    /// Show held-out scores that are known. The files of single generations go without: they must not depend on where a run was stopped in
    /// between.
    /// </param>
    public FrontDocument Build(ParetoArchive archive, int generation, long evaluations, bool withReport)
    {
        var reference = run.Reference
            ?? throw new RunException(RunProblem.Usage, $"run {run.RunId}: no front yet, the baselines are still being scored.");
        return new FrontDocument
        {
            RunId = run.RunId,
            Generation = generation,
            Evaluations = evaluations,
            Objectives =
                [.. run.Objectives.Select(objective => new FrontObjective(objective.Name, objective.Goal, objective.ReportOnly ? true : null))],
            ReferencePoint = reference,
            Hypervolume = archive.HypervolumeTo(reference),
            Members = [.. archive.Front().Select(entry => Member(entry, withReport))],
            Parents = [.. store.Baselines.All().Select(baseline => Baseline(baseline, withReport))],
        };
    }

    /// <summary>A stored front with the held-out scores that have become known since.</summary>
    public FrontDocument WithReport(FrontDocument front) => front with
    {
        Members = [.. front.Members.Select(member => member with { Report = Report(store.Candidates.Find(member.Id)!.Key) })],
        Parents = [.. store.Baselines.All().Select(baseline => Baseline(baseline, withReport: true))],
    };

    /// <summary>A candidate's scores by objective, in the objectives' order.</summary>
    public OrderedDictionary<string, ScoredValue> Scores(long candidate, ItemSplit split)
    {
        var bySubject = store.Evaluations.Scores(candidate, split);
        var scores = new OrderedDictionary<string, ScoredValue>();
        foreach (var objective in run.Objectives)
        {
            if (bySubject.TryGetValue(objective.Subject, out var score))
                scores.Add(objective.Name, score);
        }

        return scores;
    }

    /// <summary>A candidate's held-out scores; null when there are none.</summary>
    public OrderedDictionary<string, ScoredValue>? Report(long candidate) =>
        Scores(candidate, ItemSplit.Report) is { Count: > 0 } report ? report : null;

    private FrontMember Member(ArchiveEntry entry, bool withReport)
    {
        var candidate = store.Candidates.Get(entry.Candidate);
        return new FrontMember(
            candidate.Id, entry.Generation, entry.Genome, Recipe(candidate), Scores(entry.Candidate, ItemSplit.Search),
            withReport ? Report(entry.Candidate) : null);
    }

    private FrontBaseline Baseline(BaselineRow baseline, bool withReport)
    {
        var candidate = store.Candidates.Get(baseline.Candidate);
        return new FrontBaseline(
            baseline.Name, baseline.Kind, candidate.Id, Scores(baseline.Candidate, ItemSplit.Search),
            withReport ? Report(baseline.Candidate) : null, candidate.Invalid);
    }

    private JsonObject Recipe(CandidateRow candidate)
    {
        if (!_recipes.TryGetValue(candidate.Key, out var recipe))
            _recipes.Add(candidate.Key, recipe = RecipeJson.From(candidate.Recipe));
        return recipe;
    }
}
