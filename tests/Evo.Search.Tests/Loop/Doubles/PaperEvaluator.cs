using System.Collections.Immutable;
using Evo.Checkpoints.Weights;
using Evo.Evaluation;
using Evo.Evaluation.Outcomes;
using Evo.Evaluation.Tasks;
using Evo.Inference;

namespace Evo.Search.Tests.Loop.Doubles;

/// <summary>
/// Scores made from the candidate's id and the item alone: the same on every machine. Counts what it is asked, and fails, hangs or answers
/// nonsense where a test says so.
/// </summary>
internal sealed class PaperEvaluator : IEvaluator
{
    /// <summary>Called before every answer; a returned outcome takes the answer's place.</summary>
    public Func<Candidate, TaskDefinition, EvaluationOutcome?>? Instead { get; set; }

    public TimeSpan Duration { get; set; }

    /// <summary>Every (candidate, task, item) that was asked, in order.</summary>
    public List<(string Candidate, string Task, string Item)> Asked { get; } = [];

    public int Calls { get; private set; }

    public CandidateForm Needs => CandidateForm.Weights;

    public async Task<EvaluationOutcome> EvaluateAsync(
        Candidate candidate, TaskDefinition task, IReadOnlyList<TaskItem> items, CancellationToken cancellation)
    {
        Calls++;
        if (Duration > TimeSpan.Zero)
            await Task.Delay(Duration, cancellation);
        if (Instead?.Invoke(candidate, task) is { } outcome)
            return outcome;
        Asked.AddRange(items.Select(item => (candidate.Id, task.Name, item.Id)));
        return new EvaluationOutcome.Scored([.. items.Select(item => Score(candidate, task, item))]);
    }

    public void Dispose()
    {
    }

    private static ItemResult Score(Candidate candidate, TaskDefinition task, TaskItem item)
    {
        // A hash of all three, uniform in [0, 1): a third of the answers are right.
        var hash = 1469598103934665603UL;
        foreach (var c in candidate.Id + task.Name + item.Id)
            hash = (hash ^ c) * 1099511628211UL;
        var draw = (hash >> 11) / (double)(1UL << 53);
        var score = task.Metric == "mean_loss" ? draw * 3 : draw < 0.33 ? 1 : 0;
        return new ItemResult(item.Id, score, 1, FinishReason.Stop, 5, 2, Truncated: false, Output: "out");
    }
}
