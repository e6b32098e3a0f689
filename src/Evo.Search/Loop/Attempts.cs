using System.Collections.Immutable;
using System.Globalization;
using Evo.Evaluation.Outcomes;
using Evo.Merging;

namespace Evo.Search.Loop;

/// <summary>
/// Carries one evaluation through the failures of the machine: an exception of the engine or evaluator is an outcome too, NaN weights are
/// the candidate's fault, everything else is tried again by the <see cref="RetryPolicy"/>.
/// </summary>
internal sealed class Attempts(RetryPolicy policy, ISearchObserver observer, TimeProvider time)
{
    private const double TruncationToWarnOf = 0.02;

    private readonly HashSet<string> _warned = [];

    /// <summary>The first outcome that is no failure, the last failure, or null when it was told to stop before either.</summary>
    public async Task<EvaluationOutcome?> RunAsync(
        Func<Task<EvaluationOutcome>> evaluate, Action<EvaluationOutcome> record, CancellationToken stop, CancellationToken abort)
    {
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await OnceAsync(evaluate, abort).ConfigureAwait(false);
            if (outcome is EvaluationOutcome.Scored or EvaluationOutcome.CandidateInvalid || abort.IsCancellationRequested)
                return abort.IsCancellationRequested && outcome is not EvaluationOutcome.Scored ? null : outcome;

            record(outcome);
            if (policy.PauseAfter(attempt) is not { } pause)
                return outcome;
            if (stop.IsCancellationRequested)
                return null;

            observer.Warning(string.Create(CultureInfo.InvariantCulture,
                $"attempt {attempt} of {policy.Attempts} failed, trying again in {pause.TotalSeconds:0.#} s: {Reason(outcome)}"));
            try
            {
                await Task.Delay(pause, time, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }

    /// <summary>Says once for every task that answers run into their token limit: a truncated answer is not simply a wrong one.</summary>
    public void LookAtTruncation(SearchObjective subject, ImmutableArray<ItemResult> items)
    {
        var share = items.Length == 0 ? 0 : items.Count(item => item.Truncated) / (double)items.Length;
        if (share > TruncationToWarnOf && _warned.Add(subject.Description.Subject))
        {
            observer.Warning(string.Create(CultureInfo.InvariantCulture,
                $"objective '{subject.Description.Name}': {share:P0} of the answers are truncated; raise max_tokens if that is not meant."));
        }
    }

    private static async Task<EvaluationOutcome> OnceAsync(Func<Task<EvaluationOutcome>> evaluate, CancellationToken abort)
    {
        try
        {
            return await evaluate().ConfigureAwait(false);
        }
        catch (NonFiniteMergeException exception)
        {
            return new EvaluationOutcome.CandidateInvalid(exception.Message);
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            return new EvaluationOutcome.Lost("abandoned");
        }
        catch (Exception exception) when (exception is not Runs.RunException and not Microsoft.Data.Sqlite.SqliteException)
        {
            return new EvaluationOutcome.InfrastructureFailed($"{exception.GetType().Name}: {exception.Message}");
        }
    }

    private static string Reason(EvaluationOutcome outcome) => outcome switch
    {
        EvaluationOutcome.Lost lost => lost.Reason,
        EvaluationOutcome.InfrastructureFailed failed => failed.Reason,
        _ => "",
    };
}
