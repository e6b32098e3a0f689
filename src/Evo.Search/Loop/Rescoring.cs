using Evo.Search.Fronts;
using Evo.Search.Runs;

namespace Evo.Search.Loop;

/// <summary>
/// Scores front members and baselines on the held-out items, so that nothing is called best for having been lucky on the search items. It
/// is done once the search ends by its budget or its algorithm (and again after an extension, for members that are new): during the search
/// it would cost evaluations of members that are soon dominated. A spent budget of money or tokens, and a stop, leave it out.
/// </summary>
internal sealed class Rescoring(RunStore store, SearchSetup setup, IWorkshop workshop, CandidateScorer scorer, ISearchObserver observer)
{
    /// <summary>The ending that was given, or the one that cut the re-scoring short.</summary>
    public async Task<Ending> RunAsync(Ending ending, CancellationToken stop, CancellationToken abort)
    {
        if (setup.Objectives.All(objective => objective.ReportItems.IsEmpty))
            return ending;

        var blueprints = workshop.Baselines.Select(baseline => baseline.Blueprint)
            .Where(blueprint => store.Candidates.Find(blueprint.Id)!.Invalid is null)
            .Concat(ParetoArchive.Load(store, setup.Counting).Front().Select(Redraw))
            .DistinctBy(blueprint => blueprint.Id).ToList();
        for (var i = 0; i < blueprints.Count; i++)
        {
            observer.Rescoring(i, blueprints.Count);
            switch (await scorer.ScoreAsync(blueprints[i], ItemSplit.Report, null, stop, abort).ConfigureAwait(false))
            {
                case Scoring.Interrupted:
                    return new Ending(SearchEnd.Stopped, "stopped while the front was scored on the held-out items");
                case Scoring.GaveUp gaveUp:
                    return new Ending(SearchEnd.TooManyFailures, "too many failed evaluations on the held-out items: " + gaveUp.Reason);
            }
        }

        observer.Rescoring(blueprints.Count, blueprints.Count);
        return ending;
    }

    private Blueprint Redraw(ArchiveEntry entry) => workshop.Draw(store.Proposals.First(entry.Candidate)!.Point);
}
