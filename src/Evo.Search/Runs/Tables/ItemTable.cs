using Evo.Evaluation.Outcomes;
using Evo.Inference;
using Microsoft.Data.Sqlite;

namespace Evo.Search.Runs.Tables;

/// <summary>
/// What every candidate did on every item: a row each, keyed by (candidate content, task content, item), so nothing is evaluated twice.
/// </summary>
internal sealed class ItemTable(RunDatabase database)
{
    public void Insert(long candidate, string subject, IEnumerable<ItemResult> items)
    {
        var key = database.Count("SELECT key FROM subjects WHERE hash = $1", subject);
        foreach (var item in items)
        {
            database.Execute(
                "INSERT INTO item_results VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                candidate, key, item.ItemId, item.Score, item.Weight, item.Finish?.ToString(),
                item.PromptTokens, item.Tokens, item.Truncated, item.Output);
        }
    }

    /// <summary>All stored results of a candidate on a subject, by item id.</summary>
    public Dictionary<string, ItemResult> Of(long candidate, string subject) => database.Query(
            """
            SELECT item, score, weight, finish, prompt_tokens, tokens, truncated, output FROM item_results
            WHERE candidate = $1 AND subject = (SELECT key FROM subjects WHERE hash = $2)
            """, Map, candidate, subject)
        .ToDictionary(item => item.ItemId);

    private static ItemResult Map(SqliteDataReader row) => new(
        row.GetString(0), row.GetDouble(1), row.GetDouble(2), row.IsDBNull(3) ? null : Enum.Parse<FinishReason>(row.GetString(3)),
        row.GetInt32(4), row.GetInt32(5), row.GetBoolean(6), row.IsDBNull(7) ? null : row.GetString(7));
}
