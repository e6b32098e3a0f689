using Evo.Search.Runs;

namespace Evo.Search.Tests.Loop.Doubles;

/// <summary>
/// Everything of a run that must be the same however often it was interrupted: genomes, scores, item results, fronts, optimizer state.
/// </summary>
internal static class RunFacts
{
    public static string Of(string directory)
    {
        using var database = RunDatabase.OpenForReading(Path.Combine(directory, "run.db"));
        var lines = new List<string>();
        Add("run", "SELECT run_id, seed, reference FROM runs");
        Add("baseline", "SELECT b.position, b.name, b.kind, c.id FROM baselines AS b JOIN candidates AS c ON c.key = b.candidate ORDER BY b.position");
        Add("proposal", "SELECT p.generation, p.position, c.id, p.point, p.genome FROM proposals AS p JOIN candidates AS c ON c.key = p.candidate ORDER BY 1, 2");
        Add("candidate", "SELECT id, recipe, invalid FROM candidates ORDER BY id");
        Add("score", """
            SELECT c.id, s.hash, e.split, e.outcome, printf('%!.17g', e.value), printf('%!.17g', e.standard_error), e.items, e.tokens
            FROM evaluations AS e JOIN candidates AS c ON c.key = e.candidate JOIN subjects AS s ON s.key = e.subject
            WHERE e.outcome IN ('scored', 'invalid') ORDER BY 1, 2, 3
            """);
        Add("item", """
            SELECT c.id, s.hash, i.item, printf('%!.17g', i.score), i.weight, i.finish, i.prompt_tokens, i.tokens, i.truncated, i.output
            FROM item_results AS i JOIN candidates AS c ON c.key = i.candidate JOIN subjects AS s ON s.key = i.subject ORDER BY 1, 2, 3
            """);
        Add("optimizer", "SELECT generation, state FROM optimizer_states");
        Add("front", "SELECT generation, document FROM fronts ORDER BY generation");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(directory, "fronts"), "*.json").Order(StringComparer.Ordinal)
            .Append(Path.Combine(directory, "pareto.json")).Append(Path.Combine(directory, "pareto.csv")))
        {
            lines.Add($"file {Path.GetFileName(file)}: {File.ReadAllText(file)}");
        }

        return string.Join('\n', lines);

        void Add(string what, string sql) => lines.AddRange(database.Query(sql, row =>
            $"{what}: {string.Join(" | ", Enumerable.Range(0, row.FieldCount).Select(i => row.IsDBNull(i) ? "null" : row.GetValue(i)))}"));
    }
}
