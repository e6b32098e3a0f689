using System.Collections.Immutable;
using Evo.Optimization;
using Evo.Search.Fronts;
using Evo.Search.Runs;
using Evo.Search.Runs.Tables;
using Microsoft.Data.Sqlite;

namespace Evo.Search.Loop;

/// <summary>
/// The search itself: baselines, then generation after generation, then the held-out scores. Every step first asks the store whether it was
/// done before, so that a run continues where the last durable commit left it. Nothing but the seed and what is stored decides what comes
/// next; clocks only fill timing columns and end a run by its budget of hours.
/// </summary>
internal sealed class SearchLoop
{
    private readonly RunSession _session;
    private readonly RunStore _store;
    private readonly SearchSetup _setup;
    private readonly IWorkshop _workshop;
    private readonly ISearchObserver _observer;
    private readonly TimeProvider _time;
    private readonly StageClock _clock;
    private readonly CandidateScorer _scorer;
    private readonly RunFiles _files;

    public SearchLoop(
        RunSession session, SearchSetup setup, IWorkshop workshop, ISearchObserver observer, TimeProvider? time = null, RetryPolicy? retry = null)
    {
        _session = session;
        _store = session.Store;
        _setup = setup;
        _workshop = workshop;
        _observer = observer;
        _time = time ?? TimeProvider.System;
        _clock = new StageClock(_time);
        _scorer = new CandidateScorer(
            _store, workshop, setup, new Attempts(retry ?? RetryPolicy.Default, observer, _time), _clock, _time);
        _files = new RunFiles(session, _time);
    }

    private RunRow Run => _session.Run;

    /// <summary>
    /// Runs until an end is reached. The run directory then says how it ended; see <see cref="SearchRunner.RunAsync"/> for the tokens.
    /// </summary>
    /// <exception cref="RunException">Disk full or a like trouble of the machine (environment): the run stays readable and
    /// resumable.</exception>
    public async Task<SearchResult> RunAsync(CancellationToken stop = default, CancellationToken abort = default)
    {
        try
        {
            return await SearchToEndAsync(stop, abort).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            var problem = $"the run cannot be written to: {exception.Message}";
            _session.TrySetState(RunState.Failed, problem);
            throw new RunException(RunProblem.Environment,
                $"{_session.Directory.Path}: {problem} What was scored before is stored: free some space (or mend the disk), "
                + $"then 'evo resume {_session.Directory.Path}'.",
                exception);
        }
    }

    private async Task<SearchResult> SearchToEndAsync(CancellationToken stop, CancellationToken abort)
    {
        var resumed = _store.Baselines.All().Count > 0;
        _session.SetState(RunState.Running, null);
        _observer.Started(new SearchStarted(
            Run.RunId, _session.Directory.Path, Environment.ProcessId, resumed, _store.Generations.Newest(), _store.Proposals.Count()));

        var ending = await SearchAsync(stop, abort).ConfigureAwait(false);
        if (ending.Rescore)
            ending = await new Rescoring(_store, _setup, _workshop, _scorer, _observer).RunAsync(ending, stop, abort).ConfigureAwait(false);

        _store.Commit("end", () => _store.Run.AddTimings(_clock.Take(), _time.GetUtcNow()));
        _session.SetState(ending.End switch
        {
            SearchEnd.Stopped => RunState.Stopped,
            SearchEnd.TooManyFailures => RunState.Failed,
            _ => RunState.Finished,
        }, ending.Reason);
        var front = _files.WriteEnd();
        var result = new SearchResult(ending.End, ending.Reason, Run.RunId, _session.Directory.Path, front);
        _observer.Ended(result);
        return result;
    }

    private async Task<Ending> SearchAsync(CancellationToken stop, CancellationToken abort)
    {
        if (await ScoreBaselinesAsync(stop, abort).ConfigureAwait(false) is { } early)
            return early;

        var archive = ParetoArchive.Load(_store, _setup.Counting);
        var state = LoadOrStart();
        _files.RestoreFronts();
        while (true)
        {
            if (state.Finished is { } done)
                return new Ending(SearchEnd.Finished, done, Rescore: true);
            if ((BudgetWatch.Exhausted(Run.Budget, state.Generation, _store.Proposals.NewestNews())
                ?? Interruption(state.Generation, stop, abort)) is { } ending)
                return ending;

            var points = _clock.Optimizing(() => _setup.Optimizer.Ask(state));
            var (answers, cut) = await AnswerAsync(state.Generation, points, archive, stop, abort).ConfigureAwait(false);
            if (cut is not null)
                return cut;

            state = _clock.Optimizing(() => _setup.Optimizer.Tell(state, answers));
            FinishGeneration(state, archive);
            if (state.Generation == 1 && answers.All(answer => answer.Objectives is null))
                return new Ending(SearchEnd.TooManyFailures, "every candidate of the first generation is invalid: " + FirstReason());
        }
    }

    private Ending? Interruption(int generations, CancellationToken stop, CancellationToken abort)
    {
        if (stop.IsCancellationRequested || abort.IsCancellationRequested)
            return Stopped;
        var active = _store.Run.Timings().Active + _clock.PendingActive;
        return BudgetWatch.Reached(Run.Budget, generations, _store.Proposals.Count(), active, usd: 0, _scorer.Tokens);
    }

    private static Ending Stopped { get; } = new(SearchEnd.Stopped, "stopped; everything that was scored is stored");

    private async Task<Ending?> ScoreBaselinesAsync(CancellationToken stop, CancellationToken abort)
    {
        var done = _store.Baselines.All().Count;
        var baselines = _workshop.Baselines;
        for (var position = done; position < baselines.Length; position++)
        {
            var (name, kind, blueprint) = baselines[position];
            if (stop.IsCancellationRequested || abort.IsCancellationRequested)
                return Stopped;
            var at = position;
            void Conclude(long candidate) => _store.Baselines.Insert(at, new BaselineRow(name, kind, candidate));
            var scoring = await _scorer.ScoreAsync(blueprint, ItemSplit.Search, Conclude, stop, abort).ConfigureAwait(false);
            if (End(scoring) is { } ending)
                return ending;
            _observer.BaselineScored(new BaselineScored(name, kind, blueprint.Id, Scores(blueprint), (scoring as Scoring.Invalid)?.Reason));
            _files.WriteStatus(force: false);
        }

        if (Run.Reference is null)
        {
            var valid = _store.Baselines.All().Where(baseline => _store.Candidates.Get(baseline.Candidate).Invalid is null)
                .Select(baseline => (IReadOnlyDictionary<string, ScoredValue>)_store.Evaluations.Scores(baseline.Candidate, ItemSplit.Search)).ToList();
            _session.SetReference(ReferencePoint.From(_setup.Objectives, valid));
        }

        return null;
    }

    private IOptimizerState LoadOrStart()
    {
        if (_store.Optimizer.Newest() is { } saved)
            return _clock.Optimizing(() => _setup.Optimizer.Load(saved));

        var state = _clock.Optimizing(() => _setup.Optimizer.Start(_setup.Problem(_workshop), _setup.Seed, _workshop.Seeds));
        _clock.Storing(() => _store.Commit("start", () => _store.Optimizer.Replace(0, _setup.Optimizer.Save(state))));
        return state;
    }

    /// <summary>The answers of one generation in ask order, from the store where it has them; or why it was cut short.</summary>
    private async Task<(ImmutableArray<Evaluated> Answers, Ending? Cut)> AnswerAsync(
        int generations, ImmutableArray<ImmutableArray<double>> points, ParetoArchive archive, CancellationToken stop, CancellationToken abort)
    {
        var number = generations + 1;
        var stored = _store.Proposals.OfGeneration(number);
        CheckSameCourse(stored, points);
        _observer.GenerationStarted(new GenerationStarted(number, points.Length, stored.Count));

        var answers = ImmutableArray.CreateBuilder<Evaluated>(points.Length);
        foreach (var proposal in stored)
            answers.Add(Answer(proposal));
        for (var position = stored.Count; position < points.Length; position++)
        {
            if (Interruption(generations, stop, abort) is { } ending)
                return ([], ending);

            var blueprint = _clock.Merging(() => _workshop.Draw(points[position]));
            var proposal = new ProposalRow(number, position, 0, points[position], blueprint.Genome);
            void Conclude(long candidate) => _store.Proposals.Insert(proposal with { Candidate = candidate });
            var scoring = await _scorer.ScoreAsync(blueprint, ItemSplit.Search, Conclude, stop, abort).ConfigureAwait(false);
            if (End(scoring) is { } cut)
                return ([], cut);

            var answered = proposal with { Candidate = _store.Candidates.Find(blueprint.Id)!.Key };
            var answer = Answer(answered);
            answers.Add(answer);
            if (answer.Objectives is { } values)
                archive.Add(new ArchiveEntry(answered.Candidate, number, position, blueprint.Genome, values));
            _observer.CandidateScored(new CandidateScored(
                number, position, points.Length, blueprint.Id, Scores(blueprint),
                _store.Proposals.IsCacheHit(answered.Candidate, number, position), (scoring as Scoring.Invalid)?.Reason));
            _files.WriteStatus(force: false);
        }

        return (answers.MoveToImmutable(), null);
    }

    private void FinishGeneration(IOptimizerState state, ParetoArchive archive)
    {
        var front = _files.Front(archive, state.Generation, withReport: false);
        var document = FrontText.ToJson(front);
        _clock.Storing(() => _store.Commit("generation", () =>
        {
            _store.Optimizer.Replace(state.Generation, _setup.Optimizer.Save(state));
            _store.Generations.Insert(state.Generation, front.Evaluations, _time.GetUtcNow());
            _store.Generations.InsertFront(new FrontRow(state.Generation, front.Hypervolume, front.Members.Length, document));
            _store.Run.AddTimings(_clock.Take(), _time.GetUtcNow());
        }));
        _files.WriteGeneration(front, document);
        var status = _files.WriteStatus(force: true)!;
        _observer.GenerationFinished(new GenerationFinished(state.Generation, front.Members.Length, front.Hypervolume, status.Best, status));
    }

    /// <summary>What the optimizer is told of a proposal.</summary>
    private Evaluated Answer(ProposalRow proposal)
    {
        if (_store.Candidates.Get(proposal.Candidate).Invalid is not null)
            return new Evaluated(proposal.Point, null);
        var scores = _store.Evaluations.Scores(proposal.Candidate, ItemSplit.Search);
        return new Evaluated(proposal.Point, [.. _setup.Counting.Select(objective => scores[objective.Subject].Value)]);
    }

    private void CheckSameCourse(List<ProposalRow> answered, ImmutableArray<ImmutableArray<double>> points)
    {
        for (var i = 0; i < answered.Count; i++)
        {
            if (i >= points.Length || answered[i].Position != i || !answered[i].Point.AsSpan().SequenceEqual(points[i].AsSpan()))
                throw new RunException(RunProblem.Usage,
                    $"{_session.Directory.Path}: the optimizer proposes other points than it did when this generation was begun "
                    + "(another release of Evo?); the run can be read, but not continued.");
        }
    }

    private static Ending? End(Scoring scoring) => scoring switch
    {
        Scoring.Interrupted => Stopped,
        Scoring.GaveUp gaveUp => new Ending(SearchEnd.TooManyFailures, "too many failed evaluations: " + gaveUp.Reason),
        _ => null,
    };

    private OrderedDictionary<string, ScoredValue> Scores(Blueprint blueprint) =>
        new FrontBuilder(_store, Run).Scores(_store.Candidates.Find(blueprint.Id)!.Key, ItemSplit.Search);

    private string FirstReason() => _store.Proposals.OfGeneration(1)
        .Select(proposal => _store.Candidates.Get(proposal.Candidate).Invalid).First(reason => reason is not null)!;
}
