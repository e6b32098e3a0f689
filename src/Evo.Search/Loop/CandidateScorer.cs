using System.Collections.Immutable;
using System.Globalization;
using Evo.Evaluation.Outcomes;
using Evo.Search.Runs;
using Evo.Search.Runs.Tables;

namespace Evo.Search.Loop;

/// <summary>
/// Scores one candidate on one split, subject by subject. What the store knows is not evaluated again; what is evaluated is durable
/// within a second of further work; the candidate is merged only when something has to be evaluated.
/// </summary>
internal sealed class CandidateScorer(
    RunStore store, IWorkshop workshop, SearchSetup setup, Attempts attempts, StageClock clock, TimeProvider time)
{
    private readonly Ledger _ledger = new(store, clock, time);

    /// <summary>Tokens of this session and of those before.</summary>
    public long Tokens { get; private set; } = store.Evaluations.CountTokens();

    /// <param name="blueprint">The candidate.</param>
    /// <param name="conclude">Written in the same transaction as the last result, so that a candidate costs no commit of its own.</param>
    /// <param name="stop">Looked at between subjects.</param>
    /// <param name="abort">Abandons the evaluation in flight.</param>
    public async Task<Scoring> ScoreAsync(
        Blueprint blueprint, ItemSplit split, Action<long>? conclude, CancellationToken stop, CancellationToken abort)
    {
        var known = store.Candidates.Find(blueprint.Id);
        if (known?.Invalid is { } invalid)
            return Conclude(known.Key, new Scoring.Invalid(invalid), conclude);
        if (blueprint.Problem is { } problem)
            return Reject(blueprint, split, subject: null, problem, 0, conclude);
        if (known is not null && split == ItemSplit.Report && store.Evaluations.IsInvalid(known.Key, split))
            return new Scoring.Invalid("invalid on the held-out items");

        var scores = known is null ? [] : store.Evaluations.Scores(known.Key, split);
        var missing = setup.Subjects.Where(subject => !scores.ContainsKey(subject.Description.Subject) && IsScoredOn(subject, split)).ToList();
        if (missing.Count == 0)
            return Conclude(known!.Key, new Scoring.Complete(), conclude);

        Workpiece? piece = null;
        foreach (var subject in missing)
        {
            if (stop.IsCancellationRequested || abort.IsCancellationRequested)
                return Leave(new Scoring.Interrupted());

            var start = time.GetTimestamp();
            var attempt = await attempts.RunAsync(
                () =>
                {
                    piece ??= clock.Merging(() => workshop.Build(blueprint, abort));
                    return EvaluateAsync(piece, known?.Key, subject, split, abort);
                },
                failed => RecordFailure(blueprint, split, subject, failed),
                stop, abort).ConfigureAwait(false);
            var seconds = time.GetElapsedTime(start).TotalSeconds;

            switch (attempt)
            {
                case null:
                    return Leave(new Scoring.Interrupted());
                case EvaluationOutcome.Scored scored:
                    var rejection = Record(blueprint, split, subject, scored, seconds);
                    if (rejection is not null)
                        return Reject(blueprint, split, subject, rejection, seconds, conclude);
                    break;
                case EvaluationOutcome.CandidateInvalid bad:
                    return Reject(blueprint, split, subject, bad.Reason, seconds, conclude);
                case EvaluationOutcome.InfrastructureFailed failed:
                    return Leave(new Scoring.GaveUp(failed.Reason));
                case EvaluationOutcome.Lost lost:
                    return Leave(new Scoring.GaveUp(lost.Reason));
            }
        }

        _ledger.Commit("evaluation", () => conclude?.Invoke(Key(blueprint)));
        return new Scoring.Complete();
    }

    private static bool IsScoredOn(SearchObjective subject, ItemSplit split) =>
        split == ItemSplit.Search || (subject.Task is not null && !subject.ReportItems.IsEmpty);

    private async Task<EvaluationOutcome> EvaluateAsync(
        Workpiece piece, long? candidate, SearchObjective subject, ItemSplit split, CancellationToken abort)
    {
        if (subject.Task is null)
            return Measured(workshop.Measure(subject.Description.Metric));

        var stored = candidate is { } key ? store.Items.Of(key, subject.Description.Subject) : [];
        var missing = subject.Items(split).Where(item => !stored.ContainsKey(item.Id)).ToImmutableArray();
        var outcome = await clock.EvaluatingAsync(
            () => piece.Evaluator.EvaluateAsync(piece.Candidate, subject.Task, missing, abort)).ConfigureAwait(false);
        if (outcome is not EvaluationOutcome.Scored scored || scored.Items.Select(item => item.ItemId).SequenceEqual(missing.Select(item => item.Id)))
            return outcome;
        return new EvaluationOutcome.InfrastructureFailed(
            $"the evaluator answered other items than it was asked for in task '{subject.Task.Name}'");
    }

    /// <summary>A measure travels as one item without an id; only its value is stored.</summary>
    private static EvaluationOutcome.Scored Measured(double value) =>
        new EvaluationOutcome.Scored([new ItemResult("", value, 1, null, 0, 0, false, null)]);

    /// <summary>Stores a score; or says why it is none.</summary>
    private string? Record(
        Blueprint blueprint, ItemSplit split, SearchObjective subject, EvaluationOutcome.Scored scored, double seconds)
    {
        var name = subject.Description.Subject;
        var score = Score(blueprint, split, subject, scored);
        if (!double.IsFinite(score.Value) || !double.IsFinite(score.StandardError))
            return string.Create(CultureInfo.InvariantCulture, $"objective '{subject.Description.Name}' has the value {score.Value}");

        var tokens = scored.Items.Sum(item => (long)item.PromptTokens + item.Tokens);
        var finished = time.GetUtcNow();
        _ledger.Add(() =>
        {
            var candidate = Key(blueprint);
            if (subject.Task is not null)
                store.Items.Insert(candidate, name, scored.Items);
            store.Evaluations.Insert(new EvaluationRow(candidate, name, split, EvaluationTable.Scored, null, score, tokens, seconds, finished));
        });
        Tokens += tokens;
        attempts.LookAtTruncation(subject, scored.Items);
        return null;
    }

    private ScoredValue Score(Blueprint blueprint, ItemSplit split, SearchObjective subject, EvaluationOutcome.Scored scored)
    {
        if (subject.Task is null)
            return new ScoredValue(scored.Items[0].Score, 0, 0);

        var items = scored.Items.ToDictionary(item => item.ItemId);
        var asked = subject.Items(split);
        if (items.Count < asked.Length)
        {
            foreach (var (id, item) in store.Items.Of(Key(blueprint), subject.Description.Subject))
                items.TryAdd(id, item);
        }

        var estimate = subject.Estimate!([.. asked.Select(item => items[item.Id])]);
        return new ScoredValue(estimate.Value, estimate.StandardError, estimate.Items);
    }

    private Scoring.Invalid Reject(
        Blueprint blueprint, ItemSplit split, SearchObjective? subject, string reason, double seconds, Action<long>? conclude)
    {
        _ledger.Commit("evaluation", () =>
        {
            var candidate = Key(blueprint);
            if (split == ItemSplit.Search)
                store.Candidates.MarkInvalid(candidate, reason);
            if (subject is not null)
            {
                store.Evaluations.Insert(new EvaluationRow(
                    candidate, subject.Description.Subject, split, EvaluationTable.Invalid, reason, null, 0, seconds, time.GetUtcNow()));
            }

            conclude?.Invoke(candidate);
        });
        return new Scoring.Invalid(reason);
    }

    private void RecordFailure(Blueprint blueprint, ItemSplit split, SearchObjective subject, EvaluationOutcome failed)
    {
        var (outcome, reason) = failed is EvaluationOutcome.Lost lost ? (EvaluationTable.Lost, lost.Reason)
            : (EvaluationTable.Failed, ((EvaluationOutcome.InfrastructureFailed)failed).Reason);
        _ledger.Commit("attempt", () => store.Evaluations.Insert(new EvaluationRow(
            Key(blueprint), subject.Description.Subject, split, outcome, reason, null, 0, 0, time.GetUtcNow())));
    }

    private T Conclude<T>(long candidate, T scoring, Action<long>? conclude)
        where T : Scoring
    {
        if (conclude is not null)
            _ledger.Commit("proposal", () => conclude(candidate));
        return scoring;
    }

    /// <summary>Stores what was finished before an end that came in between.</summary>
    private T Leave<T>(T scoring)
        where T : Scoring
    {
        _ledger.Commit("evaluation");
        return scoring;
    }

    private long Key(Blueprint blueprint) => store.Candidates.Find(blueprint.Id)?.Key ?? store.Candidates.Insert(
        blueprint.Id, blueprint.RecipeYaml, blueprint.Coefficients.IsEmpty ? null : CoefficientBlob.Pack(blueprint.Coefficients));
}
