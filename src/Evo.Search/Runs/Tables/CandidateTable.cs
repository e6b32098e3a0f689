namespace Evo.Search.Runs.Tables;

/// <summary>One row for each content id.</summary>
/// <param name="Recipe">The concrete recipe, YAML.</param>
/// <param name="Coefficients">See <see cref="CoefficientBlob"/>; null when the recipe could not be planned.</param>
/// <param name="Invalid">Why the candidate can never be scored; null for a good one.</param>
internal sealed record CandidateRow(long Key, string Id, string Recipe, byte[]? Coefficients, string? Invalid);

/// <summary>The candidates that a run has met, good and bad.</summary>
internal sealed class CandidateTable(RunDatabase database)
{
    public CandidateRow? Find(string id) => Select("WHERE id = $1", id).SingleOrDefault();

    public CandidateRow Get(long key) => Select("WHERE key = $1", key).Single();

    /// <summary>At most <paramref name="limit"/> candidates whose id begins so, by id.</summary>
    public List<CandidateRow> FindByPrefix(string prefix, int limit) =>
        Select("WHERE substr(id, 1, length($1)) = $1 ORDER BY id LIMIT $2", prefix, limit);

    /// <summary>The key of the new row.</summary>
    public long Insert(string id, string recipe, byte[]? coefficients) => database.Count(
        "INSERT INTO candidates (id, recipe, coefficients) VALUES ($1, $2, $3) RETURNING key", id, recipe, coefficients);

    public void MarkInvalid(long key, string reason) => database.Execute("UPDATE candidates SET invalid = $2 WHERE key = $1", key, reason);

    public long CountInvalid() => database.Count("SELECT COUNT(*) FROM candidates WHERE invalid IS NOT NULL");

    private List<CandidateRow> Select(string where, params ReadOnlySpan<object?> values) => database.Query(
        $"SELECT key, id, recipe, coefficients, invalid FROM candidates {where}",
        row => new CandidateRow(
            row.GetInt64(0), row.GetString(1), row.GetString(2),
            row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3), row.IsDBNull(4) ? null : row.GetString(4)),
        values);
}
