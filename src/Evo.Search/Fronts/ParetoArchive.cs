using System.Collections.Immutable;
using Evo.Optimization;
using Evo.Optimization.Pareto;
using Evo.Search.Runs;

namespace Evo.Search.Fronts;

/// <summary>A scored candidate with its place in the search: when it was first proposed.</summary>
/// <param name="Values">One for each objective that counts.</param>
internal sealed record ArchiveEntry(
    long Candidate, int Generation, int Position, ImmutableArray<double> Genome, ImmutableArray<double> Values);

/// <summary>
/// Of all candidates that were scored, those that no other dominates. Equal points do not dominate each other: all of them stay. The set
/// does not depend on the order of adding.
/// </summary>
internal sealed class ParetoArchive(ImmutableArray<Goal> goals)
{
    private readonly List<ArchiveEntry> _front = [];
    private readonly HashSet<long> _known = [];

    /// <summary>From the store: every candidate that was first proposed in a generation up to <paramref name="generation"/>.</summary>
    public static ParetoArchive Load(RunStore store, ImmutableArray<RunObjective> counting, int generation = int.MaxValue)
    {
        var archive = new ParetoArchive([.. counting.Select(objective => objective.Goal)]);
        var values = store.Evaluations.Values(ItemSplit.Search);
        foreach (var proposal in store.Proposals.Firsts(generation))
        {
            ImmutableArray<double> row =
                [.. counting.Select(objective => values.GetValueOrDefault((proposal.Candidate, objective.Subject), double.NaN))];
            if (!row.Any(double.IsNaN) && store.Candidates.Get(proposal.Candidate).Invalid is null)
                archive.Add(new ArchiveEntry(proposal.Candidate, proposal.Generation, proposal.Position, proposal.Genome, row));
        }

        return archive;
    }

    /// <summary>Adds a candidate; one that was added before is left where it stands.</summary>
    public void Add(ArchiveEntry entry)
    {
        if (!_known.Add(entry.Candidate) || _front.Any(other => Dominance.Dominates(other.Values.AsSpan(), entry.Values.AsSpan(), goals)))
            return;
        _front.RemoveAll(other => Dominance.Dominates(entry.Values.AsSpan(), other.Values.AsSpan(), goals));
        _front.Add(entry);
    }

    /// <summary>The best in the first objective first, then in the second, ...; equal points in the order of the search.</summary>
    public ImmutableArray<ArchiveEntry> Front() => [.. _front.Order(Comparer<ArchiveEntry>.Create(Compare))];

    public double HypervolumeTo(ImmutableArray<double> reference) =>
        Hypervolume.Of([.. Front().Select(entry => entry.Values)], reference, goals);

    private int Compare(ArchiveEntry first, ArchiveEntry second)
    {
        for (var i = 0; i < goals.Length; i++)
        {
            var order = first.Values[i].CompareTo(second.Values[i]);
            if (order != 0)
                return goals[i] == Goal.Maximize ? -order : order;
        }

        return (first.Generation, first.Position).CompareTo((second.Generation, second.Position));
    }
}
