using System.Diagnostics;
using System.Globalization;
using Evo.Checkpoints.Architectures;
using Evo.Checkpoints.Weights;
using Evo.Merging.Engines;
using Evo.Merging.Engines.Cpu;
using Evo.Merging.Engines.Cpu.Algebra;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;

namespace Evo.Merging.Benchmarks;

/// <summary>
/// Candidates of spectral methods beside two float32 products of each matrix's size, [rows, k] · [k, columns] with k the shorter side, by the same library in the
/// same run and on one thread. Every candidate has parameters of its own among those that leave the factors alone.
/// </summary>
internal static class Spectral
{
    private const int Repeats = 5;

    private static readonly (string Method, string Parameters)[] Cases =
    [
        ("tsv_m", "lambda: {0}"), ("r_tsvm", "lambda: {0}, rank_reduction: 0"), ("iso_c", "flatness: {0}"), ("iso_cts", "lambda: {0}"),
        ("dc_merge", "cover_density: {0}"), ("orthomerge", "rotation_strength: {0}"), ("wudi", "stopping_time: {0}"), ("optmerge", "stopping_time: {0}"),
        ("twin", "weight: {0}"),
    ];

    public static void Run(int width, string[] chosen)
    {
        var folder = Directory.CreateTempSubdirectory("evo-bench-");
        try
        {
            SyntheticParents.Write(folder.FullName, 4, width, 1, 64);
            using var parents = ParentModels.Open(["m0", "m1", "m2", "m3"], folder.FullName);
            var matrices = Plan(parents, "linear", "weight: 1").Tensors
                .Where(tensor => tensor.Place.Component is Component.Attention or Component.Mlp).Select(tensor => tensor.Output.Shape).ToArray();
            var products = Products(matrices);
            var flops = matrices.Sum(shape => 2.0 * shape[0] * shape[1] * Math.Min(shape[0], shape[1]));
            Console.WriteLine($"{matrices.Length} matrices of width {width}, 3 experts, bf16 parents; one product of each: {products * 1e3:F0} ms, {flops / products / 1e9:F0} GFLOP/s");
            Console.WriteLine($"{"method",-12} {"prepare s",10} {"MB kept",8} {"candidate ms",13} {"of two products",16}");
            foreach (var (method, parameters) in Cases.Where(item => chosen.Length == 0 || chosen.Contains(item.Method)))
                Measure(parents, method, parameters, 2 * Products(matrices));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Measure(ParentModels parents, string method, string parameters, double products)
    {
        using var engine = new CpuMergeEngine(workers: 1);
        MergePlan Candidate(int number) =>
            Plan(parents, method, string.Create(CultureInfo.InvariantCulture, $"{string.Format(CultureInfo.InvariantCulture, parameters, 0.5 + (0.01 * number))}"));
        using var weights = new CpuWeights(Candidate(0).Layout);
        var first = Seconds(() => engine.Merge(Candidate(0), weights));
        var candidate = Median(number =>
        {
            var plan = Candidate(number);
            return Seconds(() => engine.Merge(plan, weights));
        });
        Console.WriteLine($"{method,-12} {first - candidate,10:F1} {engine.PreparedBytes / 1e6,8:F0} {candidate * 1e3,13:F0} {candidate / products,16:F2}");
    }

    private static double Products(IEnumerable<System.Collections.Immutable.ImmutableArray<long>> shapes)
    {
        using var workers = new CpuWorkers(1);
        var algebra = workers.Algebra(CancellationToken.None);
        var pairs = shapes.Select(shape => (Left: Factor(algebra, shape[0], Math.Min(shape[0], shape[1])), Right: Factor(algebra, Math.Min(shape[0], shape[1]), shape[1]))).ToArray();
        return Median(_ => Seconds(() =>
        {
            foreach (var (left, right) in pairs)
                algebra.Product(left, right);
        }));
    }

    private static Factor Factor(MatrixAlgebra algebra, long rows, long columns)
    {
        var random = new Random(1);
        return algebra.Keep(algebra.Create((int)rows, (int)columns, [.. Enumerable.Range(0, (int)(rows * columns)).Select(_ => random.NextDouble() - .5)]));
    }

    private static MergePlan Plan(ParentModels parents, string method, string parameters)
    {
        var needsBase = Merging.Methods.MergeMethods.Find(method)!.Needs.NeedsBase;
        var weight = parameters.StartsWith("weight", StringComparison.Ordinal) ? parameters : "weight: 1";
        var models = string.Join(", ", Enumerable.Range(1, 3).Select(number => $"{{model: m{number}, parameters: {{{weight}}}}}"));
        var global = weight == parameters ? "" : parameters;
        return MergePlan.Create(
            RecipeReader.Read($"{{merge_method: {method}, {(needsBase ? "base_model: m0, " : "")}models: [{models}], parameters: {{{global}}}, dtype: float32}}", "benchmark"), parents);
    }

    private static double Median(Func<int, double> measure) => Enumerable.Range(1, Repeats).Select(measure).Order().ElementAt(Repeats / 2);

    private static double Seconds(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalSeconds;
    }
}
