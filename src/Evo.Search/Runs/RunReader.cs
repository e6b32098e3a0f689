using System.Collections.Immutable;
using Evo.Search.Fronts;

namespace Evo.Search.Runs;

/// <summary>Reads a run directory, whether a process is working on it, it has ended, or its process was killed. Never writes.</summary>
public sealed class RunReader : IDisposable
{
    /// <exception cref="RunException">Not a run directory (usage), or its database cannot be read (environment).</exception>
    public static RunReader Open(string directory) => throw new NotSupportedException();

    public RunStatus Status() => throw new NotSupportedException();

    /// <summary>The newest front (with candidates of an unfinished generation), or the one as it stood after a generation, with held-out scores where they are known.</summary>
    /// <exception cref="RunException">There is no front yet, or no such generation (usage).</exception>
    public FrontDocument Front(int? generation = null) => throw new NotSupportedException();

    /// <summary>One candidate by id or by an unambiguous beginning of it.</summary>
    /// <exception cref="RunException">None or several candidates have an id that begins so (usage).</exception>
    public CandidateDetails Show(string idPrefix) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
