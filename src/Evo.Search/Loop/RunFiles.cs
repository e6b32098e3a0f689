using Evo.Search.Fronts;
using Evo.Search.Runs;

namespace Evo.Search.Loop;

/// <summary>
/// The files beside the database. They repeat what is in it, so a crash between a commit and a file is mended at the next start.
/// </summary>
internal sealed class RunFiles(RunSession session, TimeProvider time)
{
    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(1);

    private long? _statusWritten;

    public FrontDocument Front(ParetoArchive archive, int generation, bool withReport) =>
        new FrontBuilder(session.Store, session.Run).Build(archive, generation, session.Store.Proposals.Count(), withReport);

    /// <summary>Writes the front files that a crash kept from being written.</summary>
    public void RestoreFronts()
    {
        foreach (var front in session.Store.Generations.Fronts())
            AtomicFile.WriteIfDifferent(session.Directory.Front(front.Generation), front.Document);
    }

    public void WriteGeneration(FrontDocument front, string document)
    {
        AtomicFile.Write(session.Directory.Front(front.Generation), document);
        WriteNewest(front, document);
    }

    /// <summary>
    /// At the end of a session: the newest front with its held-out scores, and the status. Null when there is no front yet.
    /// </summary>
    public FrontDocument? WriteEnd()
    {
        FrontDocument? front = null;
        if (session.Run.Reference is not null)
        {
            var archive = ParetoArchive.Load(session.Store, [.. session.Run.Objectives.Where(objective => !objective.ReportOnly)]);
            front = Front(archive, session.Store.Generations.Newest(), withReport: true);
            WriteNewest(front, FrontText.ToJson(front));
        }

        WriteStatus(force: true);
        return front;
    }

    /// <summary>Rewrites <c>status.json</c>, at most once a second unless forced; the status when it was written.</summary>
    public RunStatus? WriteStatus(bool force)
    {
        if (!force && _statusWritten is { } last && time.GetElapsedTime(last) < StatusInterval)
            return null;
        _statusWritten = time.GetTimestamp();
        var status = new StatusBuilder(session.Store, session.Directory).Build(isBeingWritten: true);
        AtomicFile.Write(session.Directory.Status, status.ToJson(), durable: false);
        return status;
    }

    private void WriteNewest(FrontDocument front, string document)
    {
        AtomicFile.Write(session.Directory.ParetoJson, document);
        AtomicFile.Write(session.Directory.ParetoCsv, FrontText.ToCsv(front), durable: false);
    }
}
