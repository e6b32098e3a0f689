using System.Collections.Immutable;
using Evo.Optimization.Benchmarks.Problems;
using Evo.Optimization.Nsga2;
using Evo.Optimization.Pareto;

namespace Evo.Optimization.Tests.Nsga2;

public class Nsga2BehaviourTests
{
    [Fact]
    public void Initial_values_lead_the_first_generation_and_injected_points_follow()
    {
        var problem = new OptimizationProblem([new Variable(0, 1, 0.25), new Variable(0, 2)], [Goal.Minimize]);
        var optimizer = Optimizers.Create("nsga2");
        var asked = optimizer.Ask(optimizer.Start(problem, 1, [[0.9, 0.9]]));
        Assert.Equal<double>([0.25, 1], asked[0]);
        Assert.Equal<double>([0.9, 0.9], asked[1]);
        Assert.Equal(100, asked.Length);
    }

    [Fact]
    public void More_injected_points_than_room_fill_the_generation()
    {
        var problem = new OptimizationProblem([new Variable(0, 1)], [Goal.Minimize]);
        var optimizer = Optimizers.Create("nsga2", new() { ["population"] = 4 });
        ImmutableArray<ImmutableArray<double>> injected = [[0.1], [0.2], [0.3], [0.4], [0.5]];
        Assert.Equal([0.1, 0.2, 0.3, 0.4], optimizer.Ask(optimizer.Start(problem, 1, injected)).Select(point => point[0]));
    }

    [Fact]
    public void Children_copy_neither_parents_nor_each_other()
    {
        var zdt = Zdt.All[0] with { Variables = 3 };
        var problem = new OptimizationProblem([.. Enumerable.Repeat(new Variable(0, 1), 3)], zdt.Problem.Goals);
        var optimizer = Optimizers.Create("nsga2", new() { ["population"] = 20, ["mutation_probability"] = 0 });
        var state = (Nsga2State)optimizer.Start(problem, 1, []);
        for (var generation = 0; generation < 30; generation++)
        {
            var asked = optimizer.Ask(state);
            Assert.Equal(20, asked.Length);
            var known = asked.Concat(state.Population.Select(parent => parent.Point)).Select(point => string.Join(' ', point));
            Assert.Equal(20 + state.Population.Length, known.Distinct().Count());
            state = (Nsga2State)optimizer.Tell(state, [.. asked.Select(point => new Evaluated(point, zdt.Evaluate(point)))]);
        }
    }

    [Fact]
    public void A_population_that_has_collapsed_onto_one_point_is_filled_up_at_random()
    {
        var problem = new OptimizationProblem([new Variable(0, 1)], [Goal.Minimize]);
        var settings = new Nsga2Settings(Population: 6, MutationProbability: 0);
        var state = new Nsga2State
        {
            Seed = 1,
            Problem = problem,
            Settings = settings,
            Injected = [],
            Generation = 3,
            Population = [.. Enumerable.Repeat(new Evaluated([0.5], [1]), 6)],
        };
        var asked = Optimizers.Create("nsga2").Ask(state);
        Assert.Equal(6, asked.Select(point => point[0]).Distinct().Count());
    }

    [Fact]
    public void Finds_the_front_of_zdt1()
    {
        var zdt = Zdt.All[0];
        var optimizer = Optimizers.Create("nsga2");
        var state = (Nsga2State)optimizer.Start(zdt.Problem, 3, []);
        for (var generation = 0; generation < 250; generation++)
            state = (Nsga2State)optimizer.Tell(state, [.. optimizer.Ask(state).Select(point => new Evaluated(point, zdt.Evaluate(point)))]);

        ImmutableArray<ImmutableArray<double>> found = [.. state.Population.Select(survivor => survivor.Objectives!.Value)];
        var distance = zdt.ReferenceFront().Average(
            target => found.Min(point => Math.Sqrt(point.Zip(target, (a, b) => (a - b) * (a - b)).Sum())));
        Assert.InRange(distance, 0, 0.01);
        Assert.InRange(Hypervolume.Of(found, [1.1, 1.1], zdt.Problem.Goals), 0.99 * zdt.HypervolumeLimit, zdt.HypervolumeLimit);
    }

    [Fact]
    public void With_one_objective_it_is_a_genetic_algorithm()
    {
        var problem = new OptimizationProblem([.. Enumerable.Repeat(new Variable(-5, 5), 5)], [Goal.Maximize]);
        var optimizer = Optimizers.Create("nsga2", new() { ["population"] = 30 });
        var state = (Nsga2State)optimizer.Start(problem, 1, []);
        for (var generation = 0; generation < 100; generation++)
        {
            state = (Nsga2State)optimizer.Tell(
                state, [.. optimizer.Ask(state).Select(point => new Evaluated(point, [-point.Sum(x => (x - 1) * (x - 1))]))]);
        }

        Assert.InRange(state.Population[0].Objectives!.Value[0], -1e-2, 0);
    }
}
