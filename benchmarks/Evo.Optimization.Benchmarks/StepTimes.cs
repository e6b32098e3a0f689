using System.Diagnostics;
using System.Globalization;
using Evo.Optimization.Benchmarks.Problems;

namespace Evo.Optimization.Benchmarks;

/// <summary>Time of one generation spent in the algorithms themselves: ask plus tell, evaluation not counted.</summary>
internal static class StepTimes
{
    public static void Print()
    {
        Console.WriteLine("## Time of one ask and tell, and of one saved state, one thread");
        Console.WriteLine();
        Console.WriteLine("| algorithm | n | population | ask + tell | save | state |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var n in (int[])[10, 100, 400])
            Row("cma-es", n, [Goal.Minimize], n > 100 ? 10 : 200);
        foreach (var n in (int[])[10, 100])
            Row("nsga2", n, [Goal.Minimize, Goal.Minimize], 100);
        Console.WriteLine();
    }

    private static void Row(string name, int n, Goal[] goals, int generations)
    {
        var optimizer = Optimizers.Create(name);
        var problem = new OptimizationProblem([.. Enumerable.Repeat(new Variable(0, 1), n)], [.. goals]);
        var function = SingleObjective.Create("rot_ellipsoid_box", n);
        var state = optimizer.Start(problem, 1, []);
        var (clock, population) = (new Stopwatch(), 0);
        for (var generation = -20; generation < generations; generation++)
        {
            if (generation >= 0)
                clock.Start();
            var asked = optimizer.Ask(state);
            clock.Stop();
            population = asked.Length;
            Evaluated[] answers =
                [.. asked.Select(point => new Evaluated(point, [function([.. point]), .. goals.Skip(1).Select(_ => point[0])]))];
            if (generation >= 0)
                clock.Start();
            state = optimizer.Tell(state, answers);
            clock.Stop();
        }

        var step = clock.Elapsed / generations;
        optimizer.Save(state).ToJsonString();
        clock.Restart();
        var text = optimizer.Save(state).ToJsonString();
        clock.Stop();
        var (ask, save) = (step.TotalMilliseconds, clock.Elapsed.TotalMilliseconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {n} | {population} | {ask:F2} ms | {save:F1} ms | {text.Length / 1024.0:F0} KiB |"));
    }
}
