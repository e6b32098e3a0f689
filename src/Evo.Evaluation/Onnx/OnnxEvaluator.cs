using System.Collections.Concurrent;
using System.Collections.Immutable;
using Evo.Checkpoints.Weights;
using Evo.Evaluation.Outcomes;
using Evo.Evaluation.Tasks;
using Evo.Inference;

namespace Evo.Evaluation.Onnx;

/// <summary>
/// Scores candidates in this process: the model reads the buffer that the candidate was written into. Prompts are tokenised once for all
/// candidates. One evaluation at a time, and the buffer stays as it is until the evaluation ends.
/// </summary>
public sealed class OnnxEvaluator : IEvaluator
{
    private readonly ILanguageModel _model;
    private readonly ICandidateWeights _weights;
    private readonly ConcurrentDictionary<string, TaskTokens> _tasks = new(StringComparer.Ordinal);

    /// <summary>An evaluator of what stands in <paramref name="weights"/>, the buffer that <paramref name="model"/> reads.</summary>
    /// <param name="model">A model with a window of at least 2 tokens; it is disposed with the evaluator, the buffer is not.</param>
    public OnnxEvaluator(ILanguageModel model, ICandidateWeights weights)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentOutOfRangeException.ThrowIfLessThan(model.ContextLength, 2);
        _model = model;
        _weights = weights;
    }

    public CandidateForm Needs => CandidateForm.Weights;

    /// <inheritdoc/>
    public Task<EvaluationOutcome> EvaluateAsync(
        Candidate candidate, TaskDefinition task, IReadOnlyList<TaskItem> items, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(items);
        return Task.Run(() => Evaluate(candidate, task, items, cancellation), cancellation);
    }

    public void Dispose() => _model.Dispose();

    private EvaluationOutcome Evaluate(Candidate candidate, TaskDefinition task, IReadOnlyList<TaskItem> items, CancellationToken cancellation)
    {
        if (!ReferenceEquals(candidate.Weights, _weights))
        {
            return new EvaluationOutcome.InfrastructureFailed(
                $"candidate {candidate.Id} does not stand in the buffer that the model reads; its scores would be another candidate's");
        }

        try
        {
            var tokens = _tasks.GetOrAdd(task.ContentHash, _ => new TaskTokens(task, _model.Tokenizer, _model.ContextLength));
            var tokenized = items.Select(item => Tokenize(tokens, item, cancellation)).ToImmutableArray();
            var scoring = new ItemScoring(task);
            var results = task.Kind == TaskKind.Generate
                ? Generate(scoring, items, tokenized, cancellation)
                : Rate(scoring, items, tokenized, cancellation);
            cancellation.ThrowIfCancellationRequested();
            return new EvaluationOutcome.Scored(results);
        }
        catch (NonFiniteModelException exception)
        {
            return new EvaluationOutcome.CandidateInvalid(exception.Message);
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            return new EvaluationOutcome.InfrastructureFailed($"task {task.Name}: {exception.GetType().Name}: {exception.Message}");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new OperationCanceledException("the evaluation was cancelled", exception, cancellation);
        }
    }

    private static TokenizedItem Tokenize(TaskTokens tokens, TaskItem item, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return tokens[item];
    }

    private ImmutableArray<ItemResult> Generate(
        ItemScoring scoring, IReadOnlyList<TaskItem> items, ImmutableArray<TokenizedItem> tokenized, CancellationToken cancellation)
    {
        var results = _model.Generate([.. tokenized.Select(item => item.Prompt!)], cancellation);
        return [.. results.Select((result, i) => scoring.Generated(items[i], tokenized[i], result))];
    }

    private ImmutableArray<ItemResult> Rate(
        ItemScoring scoring, IReadOnlyList<TaskItem> items, ImmutableArray<TokenizedItem> tokenized, CancellationToken cancellation)
    {
        var results = _model.Score([.. tokenized.SelectMany(item => item.Texts).SelectMany(windows => windows)], cancellation);
        var scored = ImmutableArray.CreateBuilder<ItemResult>(items.Count);
        var at = 0;
        for (var i = 0; i < items.Count; i++)
        {
            var count = tokenized[i].Texts.Sum(windows => windows.Length);
            scored.Add(scoring.Rated(items[i], tokenized[i], results.AsSpan(at, count)));
            at += count;
        }

        return scored.MoveToImmutable();
    }
}
