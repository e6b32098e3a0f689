using System.Globalization;

namespace Evo.Search.Runs.Tables;

/// <summary>The front after a generation, as it was written to its file.</summary>
internal sealed record FrontRow(int Generation, double Hypervolume, int Members, string Document);

/// <summary>Completed generations and their fronts.</summary>
internal sealed class GenerationTable(RunDatabase database)
{
    /// <summary>Completed generations; 0 before the first.</summary>
    public int Newest() => (int)database.Count("SELECT COALESCE(MAX(number), 0) FROM generations");

    public void Insert(int number, long evaluations, DateTimeOffset finishedAt) => database.Execute(
        "INSERT INTO generations VALUES ($1, $2, $3)", number, evaluations, finishedAt.ToString("O", CultureInfo.InvariantCulture));

    public void InsertFront(FrontRow front) => database.Execute(
        "INSERT INTO fronts VALUES ($1, $2, $3, $4)", front.Generation, front.Hypervolume, front.Members, front.Document);

    public List<FrontRow> Fronts() => database.Query(
        "SELECT generation, hypervolume, members, document FROM fronts ORDER BY generation",
        row => new FrontRow(row.GetInt32(0), row.GetDouble(1), row.GetInt32(2), row.GetString(3)));

    public FrontRow? Front(int generation) => database.Query(
        "SELECT generation, hypervolume, members, document FROM fronts WHERE generation = $1",
        row => new FrontRow(row.GetInt32(0), row.GetDouble(1), row.GetInt32(2), row.GetString(3)), generation).SingleOrDefault();
}
