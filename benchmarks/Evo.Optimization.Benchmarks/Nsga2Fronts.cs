using System.Collections.Immutable;
using System.Globalization;
using Evo.Optimization.Benchmarks.Problems;
using Evo.Optimization.Pareto;

namespace Evo.Optimization.Benchmarks;

/// <summary>Final populations of NSGA-II on the ZDT problems: hypervolume against that of the continuous front, and IGD.</summary>
internal static class Nsga2Fronts
{
    private const int Evaluations = 25_000;

    public static void Zdts(int runs)
    {
        Console.WriteLine($"## NSGA-II, population 100, {Evaluations} evaluations, final population, {runs} runs");
        Console.WriteLine();
        Console.WriteLine(
            "Reference point (1.1, 1.1). The limit is the hypervolume of the whole continuous front, out of reach for 100 points.");
        Console.WriteLine();
        Console.WriteLine("| problem | n | median hypervolume | smallest | limit | median / limit | median IGD | largest IGD |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var zdt in Zdt.All)
        {
            var fronts = Enumerable.Range(0, runs).Select(run => Front(zdt, (ulong)(run + 1))).ToArray();
            var volumes = fronts.Select(front => Hypervolume.Of(front, [1.1, 1.1], zdt.Problem.Goals)).ToArray();
            var distances = fronts.Select(front => InvertedGenerationalDistance(zdt.ReferenceFront(), front)).ToArray();
            var (median, limit) = (Statistics.Median(volumes), zdt.HypervolumeLimit);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {zdt.Name} | {zdt.Variables} | {median:F4} | {volumes.Min():F4} | {limit:F4} | {median / limit:F4} ")
                + string.Create(CultureInfo.InvariantCulture, $"| {Statistics.Median(distances):F4} | {distances.Max():F4} |"));
        }

        Console.WriteLine();
    }

    /// <summary>The non-dominated objective vectors of the last surviving population.</summary>
    private static ImmutableArray<ImmutableArray<double>> Front(Zdt zdt, ulong seed)
    {
        var optimizer = Optimizers.Create("nsga2");
        var state = optimizer.Start(zdt.Problem, seed, []);
        for (var evaluations = 0; evaluations < Evaluations;)
        {
            var asked = optimizer.Ask(state);
            state = optimizer.Tell(state, [.. asked.Select(point => new Evaluated(point, zdt.Evaluate(point)))]);
            evaluations += asked.Length;
        }

        ImmutableArray<ImmutableArray<double>> objectives =
            [.. ((Nsga2.Nsga2State)state).Population.Select(survivor => survivor.Objectives!.Value)];
        return [.. NonDominatedSorting.Fronts(objectives, zdt.Problem.Goals)[0].Select(member => objectives[member])];
    }

    /// <summary>Mean distance from points of the true front to the nearest point found.</summary>
    private static double InvertedGenerationalDistance(
        ImmutableArray<ImmutableArray<double>> truth, ImmutableArray<ImmutableArray<double>> found) =>
        truth.Average(target => Math.Sqrt(found.Min(point => point.Zip(target, (a, b) => (a - b) * (a - b)).Sum())));
}
