using System.Collections.Immutable;
using System.Globalization;
using Evo.Search.Spaces;
using Microsoft.Data.Sqlite;

namespace Evo.Search.Runs.Tables;

/// <summary>The run itself, its inputs and the time it took.</summary>
internal sealed class RunTable(RunDatabase database)
{
    private const string Columns =
        "run_id, space_hash, space_path, space_from_run, device, resolved, algorithm, seed, objectives, space_budget, budget, reference, "
        + "state, reason, started_at, updated_at";

    public RunRow? Find() => database.Query($"SELECT {Columns} FROM runs", Map).SingleOrDefault();

    public void Insert(RunRow run) => database.Execute(
        $"INSERT INTO runs (key, {Columns}) VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        run.RunId, run.SpaceHash, run.SpacePath, run.SpaceFromRun, run.Device, run.Resolved, run.Algorithm,
        run.Seed.ToString(CultureInfo.InvariantCulture), RunJson.Write(run.Objectives), RunJson.Write(run.SpaceBudget), RunJson.Write(run.Budget),
        run.Reference is { } reference ? RunJson.Write(reference) : null, Text(run.State), run.Reason, Text(run.StartedAt), Text(run.UpdatedAt));

    public void SetState(RunState state, string? reason, DateTimeOffset now) =>
        database.Execute("UPDATE runs SET state = $1, reason = $2, updated_at = $3", Text(state), reason, Text(now));

    public void SetBudget(Budget budget) => database.Execute("UPDATE runs SET budget = $1", RunJson.Write(budget));

    public void SetSpaceBudget(Budget budget) => database.Execute("UPDATE runs SET space_budget = $1, budget = $1", RunJson.Write(budget));

    public void SetReference(ImmutableArray<double> reference) => database.Execute("UPDATE runs SET reference = $1", RunJson.Write(reference));

    public ImmutableArray<RunInput> Inputs() =>
        [.. database.Query("SELECT kind, name, hash FROM inputs ORDER BY kind, name",
            row => new RunInput(row.GetString(0), row.GetString(1), row.GetString(2)))];

    public void InsertInput(RunInput input) => database.Execute("INSERT INTO inputs VALUES ($1, $2, $3)", input.Kind, input.Name, input.Hash);

    public StageTimings Timings()
    {
        var seconds = database.Query("SELECT stage, seconds FROM timings", row => (Stage: row.GetString(0), Seconds: row.GetDouble(1)))
            .ToDictionary(pair => pair.Stage, pair => pair.Seconds);
        return new StageTimings(Of("active"), Of("merge"), Of("evaluate"), Of("optimizer"), Of("store"));

        double Of(string stage) => seconds.GetValueOrDefault(stage);
    }

    public void AddTimings(StageTimings spent, DateTimeOffset now)
    {
        Add("active", spent.Active);
        Add("merge", spent.Merge);
        Add("evaluate", spent.Evaluate);
        Add("optimizer", spent.Optimizer);
        Add("store", spent.Store);
        database.Execute("UPDATE runs SET updated_at = $1", Text(now));
    }

    private void Add(string stage, double seconds) => database.Execute(
        "INSERT INTO timings VALUES ($1, $2) ON CONFLICT (stage) DO UPDATE SET seconds = seconds + excluded.seconds", stage, seconds);

    private static RunRow Map(SqliteDataReader row) => new()
    {
        RunId = row.GetString(0),
        SpaceHash = row.GetString(1),
        SpacePath = row.GetString(2),
        SpaceFromRun = row.GetString(3),
        Device = row.IsDBNull(4) ? null : row.GetString(4),
        Resolved = row.GetString(5),
        Algorithm = row.GetString(6),
        Seed = ulong.Parse(row.GetString(7), CultureInfo.InvariantCulture),
        Objectives = RunJson.Read<ImmutableArray<RunObjective>>(row.GetString(8)),
        SpaceBudget = RunJson.Read<Budget>(row.GetString(9)),
        Budget = RunJson.Read<Budget>(row.GetString(10)),
        Reference = row.IsDBNull(11) ? null : RunJson.Read<ImmutableArray<double>>(row.GetString(11)),
        State = Enum.Parse<RunState>(row.GetString(12), ignoreCase: true),
        Reason = row.IsDBNull(13) ? null : row.GetString(13),
        StartedAt = DateTimeOffset.Parse(row.GetString(14), CultureInfo.InvariantCulture),
        UpdatedAt = DateTimeOffset.Parse(row.GetString(15), CultureInfo.InvariantCulture),
    };

    private static string Text(RunState state) => state switch
    {
        RunState.Running => "running",
        RunState.Finished => "finished",
        RunState.Stopped => "stopped",
        _ => "failed",
    };

    private static string Text(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);
}
