using Evo.Optimization.Benchmarks.Problems;

namespace Evo.Optimization.Tests.CmaEs;

/// <summary>
/// Evaluations to 1e-8 from the reference's start points, with room for a few unlucky seeds; the benchmark compares medians over more runs.
/// </summary>
public class ConvergenceTests
{
    [Theory]
    [InlineData("sphere", 1450)]
    [InlineData("rot_ellipsoid", 4000)]
    [InlineData("rosenbrock", 5450)]
    public void Takes_no_more_evaluations_than_pycma_by_more_than_a_tenth(string name, int published)
    {
        var function = SingleObjective.Create(name, 10);
        var hits = Enumerable.Range(0, 9)
            .Select(run => Minimization.Unbounded(function, SplitMix64.StartPoint(10, run), 2, (ulong)(100 + run), 20_000))
            .Select(outcome => outcome.Hit ?? int.MaxValue)
            .Order()
            .ToArray();
        Assert.InRange(hits[4], published * 0.8, published * 1.1);
    }

    [Theory]
    [InlineData("linear_slope_box")]
    [InlineData("sphere_outside_box")]
    [InlineData("rot_ellipsoid_box")]
    [InlineData("rosenbrock_box")]
    public void Reaches_an_optimum_on_the_bounds_of_a_box(string name)
    {
        for (var run = 0; run < 3; run++)
        {
            var outcome = Minimization.InUnitBox(
                Optimizers.Create("cma-es"), SingleObjective.Create(name, 10), SplitMix64.BoxStartPoint(10, run), (ulong)run, 20_000);
            Assert.True(outcome.Hit is not null, $"run {run} stands at {outcome.Best:E1} after {outcome.Evaluations} evaluations");
        }
    }

    [Theory]
    [InlineData("ipop")]
    [InlineData("bipop")]
    public void Restarts_find_the_deepest_of_many_valleys(string restarts)
    {
        var rastrigin = SingleObjective.Create("rastrigin", 4);
        var optimizer = Optimizers.Create("cma-es", new() { ["restarts"] = restarts });
        var outcome = Minimization.InUnitBox(
            optimizer, unit => rastrigin([.. unit.Select(x => (8 * x) - 3)]), [0.9, 0.9, 0.1, 0.1], 1, 60_000);
        Assert.NotNull(outcome.Hit);
    }
}
