using Evo.Optimization.CmaEs;

namespace Evo.Optimization.Tests.CmaEs;

public class RestartScheduleTests
{
    [Fact]
    public void Ipop_doubles_the_population_every_time()
    {
        var schedule = new RestartSchedule();
        var populations = new List<int>();
        for (var restart = 0; restart < 4; restart++)
        {
            (schedule, var run) = schedule.Next(RestartMode.Ipop, 10, evaluations: 500, seed: 1);
            populations.Add(run.Population);
            Assert.Equal(1, run.SigmaFactor);
            Assert.Null(run.GenerationLimit);
        }

        Assert.Equal([20, 40, 80, 160], populations);
    }

    [Fact]
    public void Bipop_gives_each_regime_its_half_of_the_evaluations()
    {
        // The first run, 500 evaluations, is booked as small: a large one follows.
        var (schedule, run) = new RestartSchedule().Next(RestartMode.Bipop, 10, 500, seed: 1);
        Assert.Equal(new NextRun(20, 1, null), run);

        // It used 900: small runs until they have caught up.
        (schedule, run) = schedule.Next(RestartMode.Bipop, 10, 900, seed: 1);
        Assert.True(schedule.RunIsSmall);
        Assert.InRange(run.Population, 10, 40);
        Assert.InRange(run.SigmaFactor, 0.01, 1);
        Assert.Equal((int)(450.0 / run.Population), run.GenerationLimit);

        (schedule, run) = schedule.Next(RestartMode.Bipop, 10, 450, seed: 1);
        Assert.Equal(new NextRun(40, 1, null), run);
        Assert.Equal((950L, 900L), (schedule.SmallEvaluations, schedule.LargeEvaluations));
        Assert.Equal((3, 2), (schedule.Restarts, schedule.LargeRestarts));
    }

    [Fact]
    public void Small_runs_differ_from_each_other_and_follow_the_seed()
    {
        var books = new RestartSchedule(1, 0, 500, 900_000, RunIsSmall: false);
        var (after, first) = books.Next(RestartMode.Bipop, 10, 0, seed: 1);
        Assert.NotEqual(first.SigmaFactor, after.Next(RestartMode.Bipop, 10, 0, seed: 1).Run.SigmaFactor);
        Assert.NotEqual(first.SigmaFactor, books.Next(RestartMode.Bipop, 10, 0, seed: 2).Run.SigmaFactor);
        Assert.Equal(first, books.Next(RestartMode.Bipop, 10, 0, seed: 1).Run);
    }
}
