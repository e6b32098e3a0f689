using Evo.Checkpoints.Weights;
using Evo.Evaluation.Outcomes;
using Evo.Evaluation.Tasks;

namespace Evo.Evaluation;

/// <summary>The form in which an evaluator wants a candidate; the engine provides it.</summary>
public enum CandidateForm
{
    /// <summary>Weights in the shared buffer (in-process inference).</summary>
    Weights,

    /// <summary>A complete model folder on disk (external harnesses).</summary>
    Folder,

    /// <summary>Only the recipe's coefficients (black-box merging behind an API).</summary>
    Coefficients,
}

/// <summary>A candidate in the form that the evaluator declared; the members of other forms are null.</summary>
/// <param name="Id">Content id: the same candidate has the same id in every run.</param>
public sealed record Candidate(string Id, ICandidateWeights? Weights = null, string? Folder = null);

/// <summary>Scores candidates on task items. One call is one growing step: any subset of a task's items, in the given order.</summary>
public interface IEvaluator : IDisposable
{
    CandidateForm Needs { get; }

    /// <summary>
    /// Scores <paramref name="candidate"/> on <paramref name="items"/>; a failure is an outcome, not an exception.
    /// Throws only <see cref="OperationCanceledException"/>.
    /// </summary>
    Task<EvaluationOutcome> EvaluateAsync(
        Candidate candidate, TaskDefinition task, IReadOnlyList<TaskItem> items, CancellationToken cancellation);
}
