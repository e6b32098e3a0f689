using System.Globalization;
using Evo.Optimization.Benchmarks.Problems;

namespace Evo.Optimization.Benchmarks;

/// <summary>Evaluations that CMA-ES needs to reach 1e-8, beside the medians published for pycma 4.4 from the same start points.</summary>
internal static class CmaEsEvaluations
{
    private const int Dimension = 10;

    public static void Unbounded(int runs)
    {
        Console.WriteLine($"## CMA-ES, n = {Dimension}, start in [-4, 4]^n, sigma 2, to 1e-8, no restarts, {runs} runs");
        Console.WriteLine();
        Console.WriteLine(
            "| function | reached | median evaluations | smallest | largest | others end at | pycma 4.4 median | difference |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var (name, published) in new (string, int?)[]
            { ("sphere", 1450), ("ellipsoid", null), ("rot_ellipsoid", 4000), ("cigar", null), ("discus", null), ("rosenbrock", 5450) })
        {
            var function = SingleObjective.Create(name, Dimension);
            Outcome[] outcomes = [.. Enumerable.Range(0, runs).Select(run => Minimization.Unbounded(
                function, SplitMix64.StartPoint(Dimension, run), 2, (ulong)(100 + run), 10_000 * Dimension))];
            var hits = Hits(outcomes);
            var median = Statistics.Median(hits);
            var comparison = published is { } value ? $"about {value} | {Percent((median / value) - 1)}" : " | ";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {hits.Length}/{runs} | {median:F0} | {hits.Min():F0} | {hits.Max():F0} ")
                + $"| {Failures(outcomes)} | {comparison} |");
        }

        Console.WriteLine();
    }

    public static void Boxes(int runs)
    {
        Console.WriteLine($"## CMA-ES, box [0, 1]^{Dimension}, defaults, to 1e-8, {runs} runs of at most {1000 * Dimension} evaluations");
        Console.WriteLine();
        Console.WriteLine("| function | optimum | reached | median evaluations | largest | others stand at |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var (name, optimum) in new[]
            {
                ("linear_slope_box", "a corner"), ("sphere_outside_box", "on 2n/3 bounds"), ("rot_ellipsoid_box", "on 2n/3 bounds"),
                ("rosenbrock_box", "inside"),
            })
        {
            var function = SingleObjective.Create(name, Dimension);
            Outcome[] outcomes = [.. Enumerable.Range(0, runs).Select(run => Minimization.InUnitBox(
                Optimizers.Create("cma-es"), function, SplitMix64.BoxStartPoint(Dimension, run), (ulong)(100 + run), 1000 * Dimension))];
            var hits = Hits(outcomes);
            var largest = hits.DefaultIfEmpty(double.NaN).Max();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {optimum} | {hits.Length}/{runs} | {Statistics.Median(hits):F0} | {largest:F0} | {Failures(outcomes)} |"));
        }

        Console.WriteLine();
    }

    private static double[] Hits(Outcome[] outcomes) =>
        [.. outcomes.Where(outcome => outcome.Hit is not null).Select(outcome => (double)outcome.Hit!.Value)];

    /// <summary>The best values of the runs that missed the target, and how many stand there.</summary>
    private static string Failures(Outcome[] outcomes) => string.Join(", ", outcomes
        .Where(outcome => outcome.Hit is null)
        .GroupBy(outcome => outcome.Best.ToString("F2", CultureInfo.InvariantCulture))
        .Select(group => $"{group.Key} ({group.Count()})"));

    private static string Percent(double ratio) => ratio.ToString("+0.0 %;-0.0 %", CultureInfo.InvariantCulture);
}
