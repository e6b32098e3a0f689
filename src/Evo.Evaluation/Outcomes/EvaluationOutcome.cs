using System.Collections.Immutable;

namespace Evo.Evaluation.Outcomes;

/// <summary>How an evaluation ended. Only <see cref="Scored"/> and <see cref="CandidateInvalid"/> ever reach an optimizer.</summary>
public abstract record EvaluationOutcome
{
    private EvaluationOutcome()
    {
    }

    /// <summary>Item results in the order of the requested items.</summary>
    public sealed record Scored(ImmutableArray<ItemResult> Items) : EvaluationOutcome;

    /// <summary>The candidate's own fault (NaN weights, unloadable): it ranks last by the algorithm's own rule.</summary>
    public sealed record CandidateInvalid(string Reason) : EvaluationOutcome;

    /// <summary>The machine's fault (device lost, disk full): try again elsewhere; the candidate is not to blame.</summary>
    public sealed record InfrastructureFailed(string Reason) : EvaluationOutcome;

    /// <summary>The worker died or was told to stop before it answered.</summary>
    public sealed record Lost(string Reason) : EvaluationOutcome;
}
