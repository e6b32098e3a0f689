using Evo.Search.Fronts;
using Evo.Search.Runs.Tables;
using Microsoft.Data.Sqlite;

namespace Evo.Search.Runs;

/// <summary>Reads a run directory, whether a process is working on it, it has ended, or its process was killed. Never writes.</summary>
public sealed class RunReader : IDisposable
{
    private const int CandidatesToName = 5;

    private readonly RunStore _store;

    private RunReader(RunDirectory directory, RunStore store)
    {
        Directory = directory;
        _store = store;
    }

    public RunDirectory Directory { get; }

    internal RunStore Store => _store;

    /// <exception cref="RunException">Not a run directory (usage), or its database cannot be read (environment).</exception>
    public static RunReader Open(string directory)
    {
        var found = RunDirectory.ForReading(directory);
        return new RunReader(found, RunStore.OpenForReading(found.Database));
    }

    public RunStatus Status() => Reading(() => new StatusBuilder(_store, Directory).Build(Directory.IsBeingWritten));

    /// <summary>
    /// The newest front (candidates of an unfinished generation included), or the one as it stood after a generation; both with the
    /// held-out scores that are known.
    /// </summary>
    /// <exception cref="RunException">There is no front yet, or no such generation (usage).</exception>
    public FrontDocument Front(int? generation = null) => Reading(() =>
    {
        var run = Run();
        var builder = new FrontBuilder(_store, run);
        if (generation is { } number)
        {
            var stored = _store.Generations.Front(number) ?? throw new RunException(RunProblem.Usage,
                $"{Directory.Path}: generation {number} is not complete; there are {_store.Generations.Newest()}.");
            return builder.WithReport(FrontText.FromJson(stored.Document));
        }

        var archive = ParetoArchive.Load(_store, [.. run.Objectives.Where(objective => !objective.ReportOnly)]);
        return builder.Build(archive, _store.Generations.Newest(), _store.Proposals.Count(), withReport: true);
    });

    /// <summary>One candidate by id or by an unambiguous beginning of it.</summary>
    /// <exception cref="RunException">None or several candidates have an id that begins so (usage).</exception>
    public CandidateDetails Show(string idPrefix) => Reading(() =>
    {
        var run = Run();
        var candidate = Find(idPrefix);
        var builder = new FrontBuilder(_store, run);
        var proposal = _store.Proposals.First(candidate.Key);
        var baseline = _store.Baselines.All().FirstOrDefault(row => row.Candidate == candidate.Key);
        var front = ParetoArchive.Load(_store, [.. run.Objectives.Where(objective => !objective.ReportOnly)]).Front();
        return new CandidateDetails
        {
            RunId = run.RunId,
            Id = candidate.Id,
            Kind = baseline?.Kind ?? "candidate",
            Name = baseline?.Name,
            Generation = proposal?.Generation,
            Genome = proposal?.Genome ?? [],
            OnFront = front.Any(entry => entry.Candidate == candidate.Key),
            Invalid = candidate.Invalid,
            Objectives = builder.Scores(candidate.Key, ItemSplit.Search),
            Report = builder.Report(candidate.Key),
            Recipe = RecipeJson.From(candidate.Recipe),
            RecipeYaml = candidate.Recipe,
            Coefficients = CoefficientBlob.Unpack(candidate.Coefficients),
            Items =
            [
                .. run.Objectives
                    .Select(objective => new ObjectiveItems(objective.Name, [.. _store.Items.Of(candidate.Key, objective.Subject).Values]))
                    .Where(items => !items.Items.IsEmpty),
            ],
        };
    });

    public void Dispose() => _store.Dispose();

    internal CandidateRow Find(string idPrefix)
    {
        var prefix = idPrefix.ToLowerInvariant();
        var found = prefix.Length == 0 ? [] : _store.Candidates.FindByPrefix(prefix, CandidatesToName + 1);
        return found.Find(candidate => candidate.Id == prefix) ?? found.Count switch
        {
            1 => found[0],
            0 => throw new RunException(
                RunProblem.Usage, $"{Directory.Path}: no candidate's id begins with '{idPrefix}'. 'evo pareto' lists those on the front."),
            _ => throw new RunException(RunProblem.Usage,
                $"{Directory.Path}: several candidates' ids begin with '{idPrefix}' "
                + $"({string.Join(", ", found.Take(CandidatesToName).Select(candidate => candidate.Id[..12]))}): give more of it."),
        };
    }

    internal RunRow Run() => _store.Run.Find() ?? throw RunSchema.NotBegun(Directory.Path);

    /// <summary>One consistent view of the store, whatever a writer does meanwhile.</summary>
    private T Reading<T>(Func<T> read)
    {
        try
        {
            return _store.Snapshot(read);
        }
        catch (SqliteException exception)
        {
            throw new RunException(RunProblem.Environment, $"{Directory.Database}: cannot be read: {exception.Message}", exception);
        }
    }
}
