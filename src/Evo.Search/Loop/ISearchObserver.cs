using System.Collections.Immutable;
using Evo.Search.Runs;

namespace Evo.Search.Loop;

/// <summary>Live progress. Called on the search's own thread: return quickly and do not throw.</summary>
public interface ISearchObserver
{
    void Started(SearchStarted started)
    {
    }

    void BaselineScored(BaselineScored scored)
    {
    }

    void GenerationStarted(GenerationStarted started)
    {
    }

    void CandidateScored(CandidateScored scored)
    {
    }

    void GenerationFinished(GenerationFinished finished)
    {
    }

    /// <summary>Held-out re-scoring of front members and baselines: <paramref name="done"/> of <paramref name="total"/>.</summary>
    void Rescoring(int done, int total)
    {
    }

    /// <summary>Something to know of that does not end the run: a retried evaluation, truncated answers.</summary>
    void Warning(string message)
    {
    }

    void Ended(SearchResult result)
    {
    }
}

/// <param name="Resumed">The run continues what an earlier session began, from <paramref name="Generation"/> completed generations.</param>
public sealed record SearchStarted(string RunId, string RunDirectory, int ProcessId, bool Resumed, int Generation, long Evaluations);

/// <param name="Kind">base, parent or uniform.</param>
/// <param name="Invalid">Why it could not be scored; null when it was.</param>
public sealed record BaselineScored(string Name, string Kind, string Id, OrderedDictionary<string, ScoredValue> Objectives, string? Invalid);

/// <param name="Number">1-based.</param>
/// <param name="Answered">How many of the proposals an earlier session has answered.</param>
public sealed record GenerationStarted(int Number, int Proposals, int Answered);

/// <param name="Position">0-based place in the generation.</param>
/// <param name="CacheHit">The candidate was known; nothing was evaluated.</param>
/// <param name="Invalid">Why it could not be scored; null when it was.</param>
public sealed record CandidateScored(
    int Generation, int Position, int Proposals, string Id, OrderedDictionary<string, ScoredValue> Objectives, bool CacheHit, string? Invalid);

/// <param name="Best">Best so far, of the whole run.</param>
public sealed record GenerationFinished(int Number, int FrontSize, double Hypervolume, ImmutableArray<ObjectiveBest> Best, RunStatus Status);
