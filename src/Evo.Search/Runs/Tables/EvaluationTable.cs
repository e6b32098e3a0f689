using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Evo.Search.Runs.Tables;

/// <summary>One attempt to score a candidate on a subject.</summary>
/// <param name="Outcome">scored, invalid, failed or lost.</param>
/// <param name="Score">Null unless scored.</param>
internal sealed record EvaluationRow(
    long Candidate,
    string Subject,
    ItemSplit Split,
    string Outcome,
    string? Reason,
    ScoredValue? Score,
    long Tokens,
    double Seconds,
    DateTimeOffset FinishedAt);

internal sealed class EvaluationTable(RunDatabase database)
{
    public const string Scored = "scored";
    public const string Invalid = "invalid";
    public const string Failed = "failed";
    public const string Lost = "lost";

    public void InsertSubject(string hash, string name) =>
        database.Execute("INSERT OR IGNORE INTO subjects (hash, name) VALUES ($1, $2)", hash, name);

    public void Insert(EvaluationRow row) => database.Execute(
        """
        INSERT INTO evaluations (candidate, subject, split, outcome, reason, value, standard_error, items, tokens, seconds, finished_at)
        VALUES ($1, (SELECT key FROM subjects WHERE hash = $2), $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        row.Candidate, row.Subject, Text(row.Split), row.Outcome, row.Reason, row.Score?.Value, row.Score?.StandardError, row.Score?.Items ?? 0,
        row.Tokens, row.Seconds, row.FinishedAt.ToString("O", CultureInfo.InvariantCulture));

    /// <summary>The scores of one candidate by subject.</summary>
    public Dictionary<string, ScoredValue> Scores(long candidate, ItemSplit split) => database.Query(
            """
            SELECT s.hash, e.value, e.standard_error, e.items FROM evaluations AS e JOIN subjects AS s ON s.key = e.subject
            WHERE e.candidate = $1 AND e.split = $2 AND e.outcome = 'scored'
            """,
            row => (Subject: row.GetString(0), Score: Value(row, 1)), candidate, Text(split))
        .ToDictionary(pair => pair.Subject, pair => pair.Score);

    /// <summary>Every score of a split, for the dominance of the whole archive.</summary>
    public Dictionary<(long Candidate, string Subject), double> Values(ItemSplit split) => database.Query(
            """
            SELECT e.candidate, s.hash, e.value FROM evaluations AS e JOIN subjects AS s ON s.key = e.subject
            WHERE e.split = $1 AND e.outcome = 'scored'
            """,
            row => (Key: (row.GetInt64(0), row.GetString(1)), Value: row.GetDouble(2)), Text(split))
        .ToDictionary(pair => pair.Key, pair => pair.Value);

    /// <summary>
    /// Whether the candidate was found invalid on a split (an invalid one on the report split stays on the front, without a score).
    /// </summary>
    public bool IsInvalid(long candidate, ItemSplit split) => database.Count(
        "SELECT COUNT(*) FROM evaluations WHERE candidate = $1 AND split = $2 AND outcome = 'invalid'", candidate, Text(split)) > 0;

    /// <summary>The best score of a subject among the candidates that the search proposed; of equal ones the first found.</summary>
    public (string Id, ScoredValue Score)? Best(string subject, bool maximize) => database.Query<(string, ScoredValue)?>(
            $"""
            SELECT c.id, e.value, e.standard_error, e.items FROM evaluations AS e JOIN candidates AS c ON c.key = e.candidate
            WHERE e.subject = (SELECT key FROM subjects WHERE hash = $1) AND e.split = 'search' AND e.outcome = 'scored' AND c.invalid IS NULL
            AND e.candidate IN (SELECT candidate FROM proposals) ORDER BY e.value {(maximize ? "DESC" : "ASC")}, e.key LIMIT 1
            """,
            row => (row.GetString(0), Value(row, 1)), subject)
        .SingleOrDefault();

    public long CountScoredCandidates() =>
        database.Count("SELECT COUNT(DISTINCT candidate) FROM evaluations WHERE split = 'search' AND outcome = 'scored'");

    public long CountFailures() =>
        database.Count("SELECT COUNT(*) FROM evaluations WHERE outcome IN ('failed', 'lost')");

    public long CountTokens() => database.Count("SELECT COALESCE(SUM(tokens), 0) FROM evaluations");

    /// <summary>Seconds that the newest candidates took each (all subjects of the search split together), newest first.</summary>
    public List<double> SecondsOfNewest(int candidates) => database.Query(
        """
        SELECT SUM(seconds) FROM evaluations WHERE outcome = 'scored' AND split = 'search' AND candidate IN
        (SELECT candidate FROM proposals ORDER BY generation DESC, position DESC LIMIT $1) GROUP BY candidate
        """, row => row.GetDouble(0), candidates);

    private static ScoredValue Value(SqliteDataReader row, int first) => new(row.GetDouble(first), row.GetDouble(first + 1), row.GetInt32(first + 2));

    private static string Text(ItemSplit split) => split == ItemSplit.Search ? "search" : "report";
}
