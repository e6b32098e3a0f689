using System.Collections.Immutable;
using Evo.Optimization.CmaEs;
using static Evo.Optimization.Tests.CmaEs.Searches;

namespace Evo.Optimization.Tests.CmaEs;

public class CmaEsBehaviourTests
{
    [Fact]
    public void Only_the_order_of_values_matters()
    {
        var plain = (CmaEsState)UnitBox(6).Start();
        var transformed = plain;
        for (var generation = 0; generation < 60; generation++)
        {
            Assert.Equal(Flatten(Search().Ask(plain)), Flatten(Search().Ask(transformed)));
            plain = plain.Tell(Bowl);
            transformed = transformed.Tell(point => Math.Exp(Bowl(point)));
        }

        Assert.Equal(plain.Run.Distribution.Covariance.AsEnumerable(), transformed.Run.Distribution.Covariance);
        Assert.Equal(plain.Run.Distribution.StepSize, transformed.Run.Distribution.StepSize);
    }

    [Fact]
    public void Maximising_the_negated_function_is_the_same_search()
    {
        var minimised = (CmaEsState)UnitBox(6).Start();
        var maximised = (CmaEsState)(UnitBox(6) with { Goals = [Goal.Maximize] }).Start();
        for (var generation = 0; generation < 20; generation++)
        {
            minimised = minimised.Tell(Bowl);
            maximised = maximised.Tell(point => -Bowl(point));
        }

        Assert.Equal(Flatten(Search().Ask(minimised)), Flatten(Search().Ask(maximised)));
    }

    [Fact]
    public void The_covariance_stays_symmetric_and_positive_definite()
    {
        const int N = 6;
        var state = (CmaEsState)UnitBox(N).Start();
        for (var generation = 0; generation < 300; generation++)
        {
            // Every seventh candidate is invalid: the negative weights get much to do.
            state = state.Tell((point, k) => k % 7 == 6 ? null : Narrow(point));
            var covariance = state.Run.Distribution.Covariance;
            for (var i = 0; i < N; i++)
            {
                for (var j = 0; j < i; j++)
                    Assert.Equal(covariance[(i * N) + j], covariance[(j * N) + i]);
            }

            Assert.True(Eigensystem.Decompose(covariance, N).Definite, $"generation {generation}");
        }
    }

    [Fact]
    public void The_first_generation_is_centred_on_the_initial_values_with_spread_sigma()
    {
        var problem = new OptimizationProblem([new Variable(0, 10), new Variable(-100, 100, 60)], [Goal.Minimize]);
        var optimizer = Search(new() { ["population"] = 4000, ["sigma"] = 0.1 });
        var asked = optimizer.Ask(optimizer.Start(problem, 1, []));
        Assert.InRange(asked.Average(point => point[0]), 4.95, 5.05);
        Assert.InRange(asked.Average(point => point[1]), 59, 61);
        Assert.InRange(asked.Average(point => Math.Abs(point[0] - 5)), 0.78, 0.82); // sqrt(2/pi) of one tenth of the interval
        Assert.InRange(asked.Average(point => Math.Abs(point[1] - 60)), 15.5, 16.5);
    }

    [Fact]
    public void A_flat_generation_looks_further_and_learns_nothing()
    {
        var state = (CmaEsState)UnitBox(6).Start();
        var before = state.Run.Distribution with { StepSize = 0.01 };
        state = state with { Run = state.Run with { Distribution = before } };
        var after = state.Tell(_ => 0.8).Run.Distribution;
        Assert.True(after.StepSize > before.StepSize);
        Assert.Equal(before.Mean.AsEnumerable(), after.Mean);
        Assert.Equal(before.Covariance.AsEnumerable(), after.Covariance);
        Assert.Equal(before.StepPath.AsEnumerable(), after.StepPath);
    }

    [Fact]
    public void Twenty_flat_generations_neither_end_the_search_nor_spread_it_beyond_a_third_of_the_box()
    {
        var state = (CmaEsState)UnitBox(6).Start();
        for (var generation = 0; generation < 20; generation++)
        {
            state = state.Tell(_ => 0.8);
            Assert.Null(state.Run.Stopped);
            for (var i = 0; i < 6; i++)
                Assert.InRange(state.Run.Distribution.Deviation(i), 0, (1.0 / 3) + 1e-12);
        }

        Assert.Equal(0, state.Restarts.Restarts);
    }

    [Fact]
    public void A_generation_of_invalid_candidates_changes_nothing_but_the_next_samples()
    {
        var state = ((CmaEsState)UnitBox(6).Start()).Tell(Bowl);
        var after = state.Tell((_, _) => null);
        Assert.Equal(state.Run.Distribution, after.Run.Distribution);
        Assert.NotEqual(Flatten(Search().Ask(state)), Flatten(Search().Ask(after)));
    }

    [Fact]
    public void Scores_of_twenty_items_are_enough_to_find_the_best_region()
    {
        // A benchmark of 20 items: values are multiples of 1/20, ties everywhere.
        var state = (CmaEsState)(UnitBox(6) with { Goals = [Goal.Maximize] }).Start();
        var best = 0.0;
        for (var generation = 0; generation < 80; generation++)
        {
            state = state.Tell(point =>
            {
                var score = Math.Round(20 * Math.Exp(-4 * Bowl(point))) / 20;
                best = Math.Max(best, score);
                return score;
            });
        }

        Assert.Equal(1, best);
    }

    [Fact]
    public void An_outlying_injected_point_counts_as_a_step_of_limited_length()
    {
        // n = 16: the corner is 8.3 standard deviations away at sigma 0.06; the limit is 4 + 32/18 = 5.8.
        const int N = 16;
        ImmutableArray<double> corner = [.. Enumerable.Repeat(0.95, N)];
        var optimizer = Search(new() { ["sigma"] = 0.06 });
        var state = (CmaEsState)optimizer.Start(UnitBox(N), 1, [corner]);
        var answers = optimizer.Ask(state).Select((point, k) => new Evaluated(point, [(double)k])).ToArray();
        var after = (CmaEsState)optimizer.Tell(state, answers);

        var points = state.Run.Sample(1, 0);
        var limit = 4 + (32.0 / 18);
        points[0] = [.. Enumerable.Repeat(0.5 + (0.06 * limit / 4), N)];
        var weights = state.Run.Parameters.Weights;
        for (var i = 0; i < N; i++)
        {
            var expected = Enumerable.Range(0, state.Run.Parameters.Mu).Sum(k => weights[k] * points[k][i]);
            Assert.Equal(expected, after.Run.Distribution.Mean[i], 1e-12);
        }
    }

    [Fact]
    public void Small_populations_take_no_injected_points()
    {
        ImmutableArray<double> point = [0.25, 0.75];
        var small = Search(new() { ["population"] = 7 });
        var large = Search(new() { ["population"] = 8 });
        Assert.DoesNotContain(small.Ask(small.Start(UnitBox(2), 1, [point])), asked => asked.SequenceEqual(point));
        Assert.Contains(large.Ask(large.Start(UnitBox(2), 1, [point])), asked => asked.SequenceEqual(point));
    }

    [Fact]
    public void Several_objectives_are_refused()
    {
        var problem = UnitBox(3) with { Goals = [Goal.Minimize, Goal.Maximize] };
        var error = Assert.Throws<OptimizerSettingsException>(() => Search().Start(problem, 1, []));
        Assert.Contains("one objective", error.Message, StringComparison.Ordinal);
        Assert.Contains("nsga2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_restarts_a_converged_run_finishes_the_search()
    {
        var optimizer = Search(new() { ["restarts"] = "none" });
        var state = (CmaEsState)optimizer.Start(UnitBox(4), 1, []);
        for (var generation = 0; generation < 400 && state.Finished is null; generation++)
            state = state.Tell(Bowl);
        Assert.StartsWith("tolfun", state.Finished);
        Assert.NotEmpty(optimizer.Ask(state));
    }

    [Fact]
    public void A_converged_run_is_followed_by_one_of_twice_the_population_from_elsewhere()
    {
        var state = (CmaEsState)UnitBox(4).Start();
        while (state.Restarts.Restarts == 0)
            state = state.Tell(Bowl);
        Assert.Null(state.Finished);
        Assert.Equal(16, Search().Ask(state).Length);
        Assert.Equal(0.3, state.Run.Distribution.StepSize);
        Assert.NotEqual([0.5, 0.5, 0.5, 0.5], state.Run.Distribution.Mean.AsEnumerable());
        while (state.Restarts.Restarts == 1)
            state = state.Tell(Bowl);
        Assert.Equal(32, Search().Ask(state).Length);
    }
}
