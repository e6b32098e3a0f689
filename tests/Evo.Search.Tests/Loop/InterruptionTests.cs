using Evo.Evaluation.Outcomes;
using Evo.Search.Loop;
using Evo.Search.Runs;
using Evo.Search.Spaces;
using Evo.Search.Tests.Loop.Doubles;

namespace Evo.Search.Tests.Loop;

/// <summary>However a run is interrupted, what it comes to in the end is the same, bit for bit.</summary>
public sealed class InterruptionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private PaperSearch Search => new() { Directory = _folder["run"], InvalidAbove = 0.9 };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_that_fails_around_every_commit_in_turn_ends_as_an_undisturbed_one(bool afterCommit)
    {
        await (Search with { Directory = _folder["straight"] }).RunAsync();

        var failures = 0;
        for (var survive = 0; survive < 500; survive++)
        {
            // Session k dies at its k-th commit: every kind of commit is hit, at different places of the search.
            var commits = 0;
            var search = Search with
            {
                CommitProbe = (_, after) =>
                {
                    if (after == afterCommit && commits++ == survive)
                        throw new PowerCutException();
                },
            };
            try
            {
                await search.RunAsync();
                break;
            }
            catch (PowerCutException)
            {
                failures++;
            }
        }

        Assert.True(failures > 8, $"the run was cut only {failures} times");
        Assert.Equal(RunFacts.Of(_folder["straight"]), RunFacts.Of(_folder["run"]));
    }

    [Fact]
    public async Task A_run_that_is_cut_at_every_single_commit_ends_as_an_undisturbed_one()
    {
        await (Search with { Directory = _folder["straight"] }).RunAsync();

        // Every session is allowed one piece of work, and is cut right after it is durable.
        var cuts = 0;
        for (var ended = false; !ended && cuts < 1000;)
        {
            var cut = false;
            var search = Search with
            {
                CommitProbe = (name, after) =>
                {
                    if (cut || !after || name is "state" or "end")
                        return;
                    cut = true;
                    throw new PowerCutException();
                },
            };
            try
            {
                await search.RunAsync();
                ended = true;
            }
            catch (PowerCutException)
            {
                cuts++;
            }
        }

        Assert.True(cuts > 30, $"the run was cut only {cuts} times");
        Assert.Equal(RunFacts.Of(_folder["straight"]), RunFacts.Of(_folder["run"]));
    }

    [Fact]
    public async Task The_first_stop_finishes_the_evaluation_in_flight_and_resuming_continues_as_if_nothing_had_been()
    {
        await (Search with { Directory = _folder["straight"] }).RunAsync();

        var ends = new List<SearchEnd>();
        for (var allowed = 1; !ends.Contains(SearchEnd.Finished) && allowed < 300; allowed += 3)
        {
            using var stop = new CancellationTokenSource();
            var evaluator = new PaperEvaluator();
            var left = allowed;
            evaluator.Instead = (_, _) =>
            {
                if (--left == 0)
                    stop.Cancel();
                return null;
            };
            ends.Add((await (Search with { Evaluator = evaluator }).RunAsync(stop.Token)).End);
            Assert.True(ends[^1] == SearchEnd.Finished || evaluator.Calls == allowed, "nothing is begun after the stop, and what was begun is finished");
        }

        Assert.Contains(SearchEnd.Stopped, ends);
        Assert.Equal(RunFacts.Of(_folder["straight"]), RunFacts.Of(_folder["run"]));
    }

    [Fact]
    public async Task An_abort_abandons_the_evaluation_in_flight_without_a_trace()
    {
        using var abort = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        var result = await (Search with { Evaluator = new PaperEvaluator { Duration = TimeSpan.FromMinutes(5) } }).RunAsync(abort: abort.Token);

        Assert.Equal(SearchEnd.Stopped, result.End);
        using var reader = RunReader.Open(_folder["run"]);
        Assert.Equal(0, reader.Status().Failures);
        Assert.Equal(RunState.Stopped, reader.Status().State);
    }

    [Fact]
    public async Task A_budget_of_evaluations_that_ends_inside_a_generation_is_spent_exactly_and_can_be_extended()
    {
        await (Search with { Directory = _folder["straight"], Budget = new Budget(null, 18, null, null, null) }).RunAsync();

        var first = await (Search with { Budget = new Budget(null, 10, null, null, null) }).RunAsync();
        Assert.Equal((SearchEnd.Finished, 1, 10L), (first.End, first.Front!.Generation, first.Front.Evaluations));
        Assert.False(File.Exists(_folder["run/fronts/generation-0002.json"]));

        var second = await (Search with { Budget = new Budget(null, 18, null, null, null) }).RunAsync();
        Assert.Equal((3, 18L), (second.Front!.Generation, second.Front.Evaluations));
        foreach (var file in new[] { "generation-0001.json", "generation-0002.json", "generation-0003.json" })
            Assert.Equal(File.ReadAllText(_folder["straight/fronts/" + file]), File.ReadAllText(_folder["run/fronts/" + file]));
        Assert.Equal(File.ReadAllText(_folder["straight/pareto.json"]), File.ReadAllText(_folder["run/pareto.json"]));
    }

    [Theory]
    [InlineData("hours")]
    [InlineData("tokens")]
    public async Task A_spent_budget_of_hours_or_tokens_ends_with_results(string what)
    {
        var budget = what == "hours" ? new Budget(null, null, 1e-4, null, null) : new Budget(null, null, null, null, 5000);
        var result = await (Search with { Budget = budget, Evaluator = new PaperEvaluator { Duration = TimeSpan.FromMilliseconds(2) } }).RunAsync();

        Assert.Equal((SearchEnd.BudgetReached, 5), (result.End, result.ExitCode));
        Assert.NotEmpty(result.Front!.Members);
        Assert.Contains(what, result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_limited_by_time_alone_ends_when_it_finds_nothing_new()
    {
        var result = await (Search with { Budget = new Budget(null, null, 10, null, null), Optimizer = new FarOptimizer(3) }).RunAsync();

        Assert.Equal((SearchEnd.Finished, 51), (result.End, result.Front!.Generation));
    }

    [Fact]
    public async Task A_failure_of_the_machine_is_tried_again_and_leaves_no_mark_on_the_search()
    {
        await (Search with { Directory = _folder["straight"] }).RunAsync();

        var calls = 0;
        var evaluator = new PaperEvaluator
        {
            Instead = (_, _) => (++calls % 7) switch
            {
                3 => new EvaluationOutcome.InfrastructureFailed("device lost"),
                5 => new EvaluationOutcome.Lost("worker died"),
                6 => throw new InvalidOperationException("a bug in an evaluator"),
                _ => null,
            },
        };
        var result = await (Search with { Evaluator = evaluator, Retry = new RetryPolicy(4, TimeSpan.Zero) }).RunAsync();

        Assert.Equal(SearchEnd.Finished, result.End);
        Assert.Equal(RunFacts.Of(_folder["straight"]), RunFacts.Of(_folder["run"]));
        using var reader = RunReader.Open(_folder["run"]);
        Assert.True(reader.Status().FailedAttempts > 10);
    }

    [Fact]
    public async Task An_evaluation_that_fails_every_time_ends_the_run_resumably()
    {
        await (Search with { Directory = _folder["straight"] }).RunAsync();

        var calls = 0;
        var evaluator = new PaperEvaluator { Instead = (_, _) => ++calls > 15 ? new EvaluationOutcome.InfrastructureFailed("device lost") : null };
        var failed = await (Search with { Evaluator = evaluator }).RunAsync();
        Assert.Equal((SearchEnd.TooManyFailures, 4), (failed.End, failed.ExitCode));
        Assert.Contains("device lost", failed.Reason, StringComparison.Ordinal);
        Assert.Equal(15 + 3, calls);

        await Search.RunAsync();
        Assert.Equal(RunFacts.Of(_folder["straight"]), RunFacts.Of(_folder["run"]));
    }

    [Fact]
    public async Task An_evaluator_that_answers_other_items_is_not_believed()
    {
        var evaluator = new PaperEvaluator { Instead = (_, _) => new EvaluationOutcome.Scored([new ItemResult("1", 1, 1, null, 0, 0, false, null)]) };

        var result = await (Search with { Evaluator = evaluator }).RunAsync();

        Assert.Equal(SearchEnd.TooManyFailures, result.End);
        Assert.Contains("other items", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_generation_without_a_valid_candidate_ends_the_run()
    {
        var proposals = 0;
        var evaluator = new PaperEvaluator { Instead = (_, _) => ++proposals > 8 ? new EvaluationOutcome.CandidateInvalid("logits are NaN") : null };

        var result = await (Search with { Evaluator = evaluator, InvalidAbove = 2, Optimizer = new FarOptimizer(6) }).RunAsync();

        Assert.Equal(SearchEnd.TooManyFailures, result.End);
        Assert.Contains("logits are NaN", result.Reason, StringComparison.Ordinal);
    }

    private sealed class PowerCutException : Exception;
}
