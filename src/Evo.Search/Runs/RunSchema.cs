namespace Evo.Search.Runs;

/// <summary>
/// The tables of <c>run.db</c>. A release that changes them raises <see cref="Version"/> and brings older files up to it.
/// </summary>
internal static class RunSchema
{
    public const int Version = 1;

    private static readonly string[] Tables =
    [
        "CREATE TABLE schema (version INTEGER NOT NULL)",

        // One row: what is searched, under which budget, how it stands. 'reference' is fixed before the first generation.
        """
        CREATE TABLE runs (
            key INTEGER PRIMARY KEY CHECK (key = 1),
            run_id TEXT NOT NULL, space_hash TEXT NOT NULL, space_path TEXT NOT NULL, space_from_run TEXT NOT NULL,
            device TEXT, resolved TEXT NOT NULL,
            algorithm TEXT NOT NULL, seed TEXT NOT NULL, objectives TEXT NOT NULL, space_budget TEXT NOT NULL, budget TEXT NOT NULL,
            reference TEXT, state TEXT NOT NULL, reason TEXT, started_at TEXT NOT NULL, updated_at TEXT NOT NULL)
        """,

        // Content hashes of the models and tasks: a resumed run must find the same ones.
        "CREATE TABLE inputs (kind TEXT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID",

        // Seconds spent, over all sessions of the run.
        "CREATE TABLE timings (stage TEXT PRIMARY KEY, seconds REAL NOT NULL) WITHOUT ROWID",

        // 'id' is the content id; 'coefficients' is brotli-compressed JSON; 'invalid' says why it can never be scored.
        "CREATE TABLE candidates (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, recipe TEXT NOT NULL, coefficients BLOB, invalid TEXT)",

        // What is shown beside the front: the base, the parents, the uniform merge.
        "CREATE TABLE baselines (position INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, candidate INTEGER NOT NULL REFERENCES candidates)",

        // What the optimizer asked and got answered, in ask order; several proposals may be one candidate.
        """
        CREATE TABLE proposals (
            generation INTEGER NOT NULL, position INTEGER NOT NULL, candidate INTEGER NOT NULL REFERENCES candidates,
            point TEXT NOT NULL, genome TEXT NOT NULL, PRIMARY KEY (generation, position)) WITHOUT ROWID
        """,
        "CREATE INDEX proposals_of_candidate ON proposals (candidate, generation, position)",

        // A subject is a task with its metric, or a measure of the weights.
        "CREATE TABLE subjects (key INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL)",

        // One attempt to score a candidate on a subject; 'outcome' is scored, invalid, failed or lost.
        """
        CREATE TABLE evaluations (
            key INTEGER PRIMARY KEY, candidate INTEGER NOT NULL REFERENCES candidates, subject INTEGER NOT NULL REFERENCES subjects,
            split TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT, value REAL, standard_error REAL, items INTEGER NOT NULL,
            tokens INTEGER NOT NULL, seconds REAL NOT NULL, finished_at TEXT NOT NULL)
        """,
        "CREATE UNIQUE INDEX scores ON evaluations (candidate, subject, split) WHERE outcome = 'scored'",
        "CREATE INDEX bests ON evaluations (subject, split, value) WHERE outcome = 'scored'",

        """
        CREATE TABLE item_results (
            candidate INTEGER NOT NULL REFERENCES candidates, subject INTEGER NOT NULL REFERENCES subjects, item TEXT NOT NULL,
            score REAL NOT NULL, weight REAL NOT NULL, finish TEXT, prompt_tokens INTEGER NOT NULL, tokens INTEGER NOT NULL,
            truncated INTEGER NOT NULL, output TEXT, PRIMARY KEY (candidate, subject, item)) WITHOUT ROWID
        """,

        // The newest state only; generation 0 is the state before the first ask.
        "CREATE TABLE optimizer_states (generation INTEGER PRIMARY KEY, state TEXT NOT NULL)",

        "CREATE TABLE generations (number INTEGER PRIMARY KEY, evaluations INTEGER NOT NULL, finished_at TEXT NOT NULL)",
        "CREATE TABLE fronts (generation INTEGER PRIMARY KEY, hypervolume REAL NOT NULL, members INTEGER NOT NULL, document TEXT NOT NULL)",
    ];

    /// <summary>Makes the tables in an empty file (all or none), and refuses a file of a newer release.</summary>
    public static void Ensure(RunDatabase database, string path)
    {
        if (IsEmpty(database))
        {
            database.InTransaction("schema", () =>
            {
                foreach (var table in Tables)
                    database.Execute(table);
                database.Execute("INSERT INTO schema VALUES ($1)", Version);
            });
        }

        Check(database, path);
    }

    public static void Check(RunDatabase database, string path)
    {
        if (IsEmpty(database))
            throw NotBegun(path);
        var version = database.Count("SELECT version FROM schema");
        if (version > Version)
            throw new RunException(
                RunProblem.Usage, $"{path}: written by a newer release of Evo (schema {version}, this one reads {Version}); update Evo.");
    }

    public static RunException NotBegun(string path) =>
        new(RunProblem.Usage, $"{path}: the run has not begun, or was stopped before it did; 'evo run' starts it.");

    private static bool IsEmpty(RunDatabase database) => database.Count("SELECT COUNT(*) FROM sqlite_master") == 0;
}
