namespace Evo.Search.Runs.Tables;

/// <summary>What is shown beside the front: <paramref name="Kind"/> is base, parent or uniform.</summary>
internal sealed record BaselineRow(string Name, string Kind, long Candidate);

internal sealed class BaselineTable(RunDatabase database)
{
    /// <summary>In the order in which they were scored: base, parents, uniform.</summary>
    public List<BaselineRow> All() => database.Query(
        "SELECT name, kind, candidate FROM baselines ORDER BY position", row => new BaselineRow(row.GetString(0), row.GetString(1), row.GetInt64(2)));

    public void Insert(int position, BaselineRow baseline) =>
        database.Execute("INSERT INTO baselines VALUES ($1, $2, $3, $4)", position, baseline.Name, baseline.Kind, baseline.Candidate);
}
