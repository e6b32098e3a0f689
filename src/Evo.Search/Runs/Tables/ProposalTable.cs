using System.Collections.Immutable;

namespace Evo.Search.Runs.Tables;

/// <summary>
/// One answered proposal: the optimizer's point in [0,1]^n, the genome in the space's own units and the candidate that it became.
/// </summary>
internal sealed record ProposalRow(int Generation, int Position, long Candidate, ImmutableArray<double> Point, ImmutableArray<double> Genome);

internal sealed class ProposalTable(RunDatabase database)
{
    public void Insert(ProposalRow proposal) => database.Execute(
        "INSERT INTO proposals VALUES ($1, $2, $3, $4, $5)",
        proposal.Generation, proposal.Position, proposal.Candidate, RunJson.Write(proposal.Point), RunJson.Write(proposal.Genome));

    public List<ProposalRow> OfGeneration(int generation) => Select("WHERE generation = $1 ORDER BY position", generation);

    /// <summary>The first proposal of every candidate up to a generation, in the order of asking.</summary>
    public List<ProposalRow> Firsts(int generation) => Select(
        """
        AS p WHERE generation <= $1 AND NOT EXISTS (SELECT 1 FROM proposals AS e WHERE e.candidate = p.candidate
        AND (e.generation < p.generation OR (e.generation = p.generation AND e.position < p.position))) ORDER BY generation, position
        """, generation);

    public ProposalRow? First(long candidate) =>
        Select("WHERE candidate = $1 ORDER BY generation, position LIMIT 1", candidate).SingleOrDefault();

    /// <summary>Proposals answered, up to a generation: the run's evaluations.</summary>
    public long Count(int generation = int.MaxValue) => database.Count("SELECT COUNT(*) FROM proposals WHERE generation <= $1", generation);

    /// <summary>The last generation that proposed a candidate for the first time; 0 before any did.</summary>
    public int NewestNews() => (int)database.Count(
        "SELECT COALESCE(MAX(first), 0) FROM (SELECT MIN(generation) AS first FROM proposals GROUP BY candidate)");

    /// <summary>Proposals that were an earlier proposal or a baseline under another name, and cost nothing.</summary>
    public long CountCacheHits() => database.Count(
        """
        SELECT (SELECT COUNT(*) FROM proposals) - COUNT(DISTINCT candidate) FROM proposals WHERE candidate NOT IN (SELECT candidate FROM baselines)
        """);

    /// <summary>Whether a proposal's candidate is known from an earlier proposal or from the baselines.</summary>
    public bool IsCacheHit(long candidate, int generation, int position) =>
        database.Count("SELECT COUNT(*) FROM baselines WHERE candidate = $1", candidate) > 0
        || (First(candidate) is { } first && (first.Generation, first.Position).CompareTo((generation, position)) < 0);

    private List<ProposalRow> Select(string where, params ReadOnlySpan<object?> values) => database.Query(
        $"SELECT generation, position, candidate, point, genome FROM proposals {where}",
        row => new ProposalRow(
            row.GetInt32(0), row.GetInt32(1), row.GetInt64(2),
            RunJson.Read<ImmutableArray<double>>(row.GetString(3)), RunJson.Read<ImmutableArray<double>>(row.GetString(4))),
        values);
}
