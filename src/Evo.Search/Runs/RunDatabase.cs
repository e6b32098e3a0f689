using Microsoft.Data.Sqlite;

namespace Evo.Search.Runs;

/// <summary>
/// The SQLite connection of a run: prepared statements kept by their text, values bound to <c>$1, $2, ...</c>, named transactions.
/// </summary>
internal sealed class RunDatabase : IDisposable
{
    private const int CannotOpen = 14; // SQLITE_CANTOPEN

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = [];

    private RunDatabase(SqliteConnection connection) => _connection = connection;

    /// <summary>Called with the name of a transaction just before it commits and just after: tests fail there on purpose.</summary>
    public Action<string, bool>? CommitProbe { get; set; }

    /// <summary>Opens for writing, creating the file: WAL, and every commit on the disk before it returns.</summary>
    public static RunDatabase OpenForWriting(string path)
    {
        var database = Open(path, SqliteOpenMode.ReadWriteCreate);
        database.Execute("PRAGMA journal_mode = WAL");
        database.Execute("PRAGMA synchronous = FULL");
        database.Execute("PRAGMA foreign_keys = ON");
        return database;
    }

    /// <summary>Opens beside a writer, or on what a dead one left behind.</summary>
    public static RunDatabase OpenForReading(string path)
    {
        var database = Open(path, SqliteOpenMode.ReadOnly);
        try
        {
            database.Count("SELECT COUNT(*) FROM sqlite_master");
            return database;
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == CannotOpen && !IsLogged(path))
        {
            // A write-ahead log needs a file of its own even to read, which a read-only disk refuses; with nothing in the log the database is all there is.
            database.Dispose();
            return Open(new Uri(path).AbsoluteUri + "?immutable=1", SqliteOpenMode.ReadOnly);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Runs one statement; the number of changed rows.</summary>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteNonQuery();

    /// <summary>The first column of the first row, or null.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteScalar() switch
    {
        DBNull => null,
        var value => value,
    };

    public long Count(string sql, params ReadOnlySpan<object?> values) => (long)(Scalar(sql, values) ?? 0L);

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<object?> values)
    {
        using var reader = Bind(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(map(reader));
        return rows;
    }

    /// <summary>All of <paramref name="work"/> or nothing of it. Durable when this returns.</summary>
    public void InTransaction(string name, Action work)
    {
        Execute("BEGIN IMMEDIATE");
        try
        {
            work();
            CommitProbe?.Invoke(name, false);
            Execute("COMMIT");
        }
        catch
        {
            TryRollback();
            throw;
        }

        CommitProbe?.Invoke(name, true);
    }

    /// <summary>All reads of <paramref name="read"/> see the same commits.</summary>
    public T Reading<T>(Func<T> read)
    {
        Execute("BEGIN");
        try
        {
            return read();
        }
        finally
        {
            TryRollback();
        }
    }

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
            command.Dispose();
        _connection.Dispose();
    }

    private static bool IsLogged(string path) => new FileInfo(path + "-wal") is { Exists: true, Length: > 0 };

    private static RunDatabase Open(string path, SqliteOpenMode mode)
    {
        var text = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 30 };
        var connection = new SqliteConnection(text.ToString());
        try
        {
            connection.Open();
            return new RunDatabase(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private SqliteCommand Bind(string sql, ReadOnlySpan<object?> values)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 1; i <= values.Length; i++)
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            _prepared.Add(sql, command);
        }

        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return command;
    }

    private void TryRollback()
    {
        try
        {
            Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has already rolled back (disk full, I/O error): the first error is the one to tell.
        }
    }
}
