using System.Globalization;

namespace Evo.Search.Runs;

/// <summary>
/// Where everything of a run lies (product.md, section 3). Files are rewritten atomically; <c>run.db</c> is the truth and the others follow
/// it.
/// </summary>
public sealed class RunDirectory
{
    private static readonly string[] OwnNames =
    [
        "run.db", "run.db-wal", "run.db-shm", "run.db-journal", "run.lock", "run.owner", "search-space.yaml", "resolved.yaml",
        "fronts", "pareto.json", "pareto.csv", "log.txt", "status.json", "report.html",
        "statistics",
    ];

    internal RunDirectory(string path) => Path = System.IO.Path.GetFullPath(path);

    /// <summary>Full path.</summary>
    public string Path { get; }

    public string Database => In("run.db");

    public string SearchSpace => In("search-space.yaml");

    public string Resolved => In("resolved.yaml");

    public string Log => In("log.txt");

    public string Status => In("status.json");

    public string ParetoJson => In("pareto.json");

    public string ParetoCsv => In("pareto.csv");

    /// <summary>What calibration texts told of the models, by content (where the recipe names no <c>cache</c>).</summary>
    public string Statistics => In("statistics");

    internal string Lock => In("run.lock");

    internal string Owner => In("run.owner");

    /// <summary>The front as it stood after a generation, 1-based.</summary>
    public string Front(int generation) =>
        System.IO.Path.Combine(Path, "fronts", string.Create(CultureInfo.InvariantCulture, $"generation-{generation:0000}.json"));

    /// <summary>A directory that a run may write into: new, empty, or a run's own.</summary>
    /// <exception cref="RunException">It holds something else (usage), or cannot be created (environment).</exception>
    public static RunDirectory ForWriting(string path)
    {
        var directory = new RunDirectory(path);
        if (File.Exists(directory.Path))
            throw new RunException(RunProblem.Usage, $"{directory.Path}: is a file; a run needs a directory of its own.");

        var stranger = Directory.Exists(directory.Path)
            ? Directory.EnumerateFileSystemEntries(directory.Path).Select(System.IO.Path.GetFileName).FirstOrDefault(name => !IsOwn(name!))
            : null;
        if (stranger is not null && !File.Exists(directory.Database))
            throw new RunException(RunProblem.Usage,
                $"{directory.Path}: not a run directory (it holds '{stranger}' and no run.db). Name an empty or new directory with --run-dir.");

        try
        {
            Directory.CreateDirectory(System.IO.Path.Combine(directory.Path, "fronts"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RunException(RunProblem.Environment, $"{directory.Path}: cannot be created: {exception.Message}", exception);
        }

        return directory;
    }

    /// <summary>A directory that holds a run, running or not.</summary>
    /// <exception cref="RunException">There is no run in it (usage).</exception>
    public static RunDirectory ForReading(string path)
    {
        var directory = new RunDirectory(path);
        if (!File.Exists(directory.Database))
            throw new RunException(RunProblem.Usage, $"{directory.Path}: not a run directory (no run.db). 'evo run SPACE --run-dir DIR' makes one.");
        return directory;
    }

    /// <summary>True while a process works on the run.</summary>
    public bool IsBeingWritten => RunLock.IsHeld(Lock);

    private static bool IsOwn(string name) => OwnNames.Contains(name.EndsWith(".tmp", StringComparison.Ordinal) ? name[..^4] : name);

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
