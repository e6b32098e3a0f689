using System.Globalization;
using Evo.Search.Runs.Tables;
using Microsoft.Data.Sqlite;

namespace Evo.Search.Runs;

/// <summary>
/// The run's memory: SQLite with a write-ahead log and full synchronisation, so that what a method has returned from survives kill -9 and a
/// power cut. One process writes; any number read. Each table has a class of its own under <c>Tables/</c>; this one holds the transactions.
/// </summary>
internal sealed class RunStore : IDisposable
{
    private readonly RunDatabase _database;

    private RunStore(RunDatabase database)
    {
        _database = database;
        Run = new RunTable(database);
        Candidates = new CandidateTable(database);
        Baselines = new BaselineTable(database);
        Proposals = new ProposalTable(database);
        Evaluations = new EvaluationTable(database);
        Items = new ItemTable(database);
        Optimizer = new OptimizerStateTable(database);
        Generations = new GenerationTable(database);
    }

    public RunTable Run { get; }

    public CandidateTable Candidates { get; }

    public BaselineTable Baselines { get; }

    public ProposalTable Proposals { get; }

    public EvaluationTable Evaluations { get; }

    public ItemTable Items { get; }

    public OptimizerStateTable Optimizer { get; }

    public GenerationTable Generations { get; }

    /// <summary>Called before (false) and after (true) every commit with the transaction's name.</summary>
    public Action<string, bool>? CommitProbe
    {
        get => _database.CommitProbe;
        set => _database.CommitProbe = value;
    }

    /// <exception cref="RunException">The file cannot be opened or is no run database (environment), or is of a newer release
    /// (usage).</exception>
    public static RunStore OpenForWriting(string path) => Open(path, RunDatabase.OpenForWriting, RunSchema.Ensure);

    /// <exception cref="RunException">As <see cref="OpenForWriting"/>.</exception>
    public static RunStore OpenForReading(string path) => Open(path, RunDatabase.OpenForReading, RunSchema.Check);

    /// <summary>All or nothing, and durable when it returns.</summary>
    public void Commit(string name, Action work) => _database.InTransaction(name, work);

    /// <summary>Reads of one moment, beside a writer.</summary>
    public T Snapshot<T>(Func<T> read) => _database.Reading(read);

    /// <summary>Lets tests fill the disk: SQLite refuses to grow the file past this many pages.</summary>
    internal void LimitPages(long pages) => _database.Scalar(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {pages}"));

    internal long PageCount => _database.Count("PRAGMA page_count");

    public void Dispose() => _database.Dispose();

    private static RunStore Open(string path, Func<string, RunDatabase> open, Action<RunDatabase, string> ready)
    {
        RunDatabase? database = null;
        try
        {
            database = open(path);
            ready(database, path);
            return new RunStore(database);
        }
        catch (SqliteException exception)
        {
            database?.Dispose();
            throw new RunException(RunProblem.Environment, $"{path}: cannot be opened as a run database: {exception.Message}", exception);
        }
        catch
        {
            database?.Dispose();
            throw;
        }
    }
}
