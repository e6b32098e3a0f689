using System.Diagnostics;
using System.Globalization;
using Evo.Checkpoints.Weights;
using Evo.Merging.Engines;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;

namespace Evo.Merging.Benchmarks;

/// <summary>
/// Time of one candidate in memory, beside a linear merge of the same models, measured in turns with it, and a copy of a buffer of its size: medians, also of the turns'
/// ratios, and beside them the ratio of the quickest, which other work on the machine disturbs least. Every candidate has weights and densities of its own, as in a search;
/// bytes count every input and the output once.
/// </summary>
internal static class InMemory
{
    private const int Repeats = 15;
    private const int WarmUps = 15; // candidates before those that are measured: while methods are still compiled again, on the same cores, they are slower

    private static readonly Dictionary<string, (int Width, int Layers, int Vocabulary)> Sizes = new()
    {
        ["tiny"] = (128, 4, 256), ["30M"] = (512, 8, 8000), ["250M"] = (1024, 16, 32000),
    };

    private static readonly string[] Methods =
    [
        "linear", "task_arithmetic", "slerp", "ties", "dare_linear", "dare_ties", "breadcrumbs", "breadcrumbs_ties", "della", "della_linear", "sce",
        "model_stock",
    ];

    /// <param name="size">One of the sizes, or a folder that holds models m0 (the base) to m3.</param>
    public static void Run(string size, string[] chosen)
    {
        if (Directory.Exists(size))
        {
            Run(chosen, size);
            return;
        }

        var folder = Directory.CreateTempSubdirectory("evo-bench-");
        try
        {
            MakeModels(folder.FullName, size);
            Run(chosen, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static void MakeModels(string folder, string size)
    {
        var (width, layers, vocabulary) = Sizes[size];
        SyntheticParents.Write(folder, 4, width, layers, vocabulary);
    }

    private static void Run(string[] chosen, string folder)
    {
        using var parents = ParentModels.Open(["m0", "m1", "m2", "m3"], folder);
        var known = Merging.Methods.MergeMethods.All.Select(method => method.Name).ToHashSet();
        string[] methods = chosen.Length > 0 ? ["linear", .. chosen] : [.. Methods.Where(known.Contains)];
        using var weights = new CpuWeights(Plan(parents, "linear", 0).Layout);
        var copy = CopySeconds(weights);
        Console.WriteLine($"{weights.Layout.ElementCount / 1e6:F1} M parameters, 3 experts, bf16 parents, float32 candidate, {Environment.ProcessorCount} cores; "
            + $"copying the buffer {copy * 1e3:F0} ms, {weights.Layout.ElementCount * 8 / copy / 1e9:F1} GB/s");
        Console.WriteLine($"{"method",-18} {"first",8} {"plan",8} {"new",8} {"of linear",9} {"quickest",8} {"GB/s",6} {"of copy",8} {"same",8} {"1 layer",8} {"kept MB",8}");
        foreach (var method in methods)
        {
            var row = Measure(parents, method, weights);
            var rate = row.Bytes / row.New;
            Console.WriteLine($"{method,-18} {row.First * 1e3,8:F0} {row.Plan * 1e3,8:F1} {row.New * 1e3,8:F0} {row.OfLinear,9:F2} {row.QuickestOfLinear,8:F2} {rate / 1e9,6:F1} "
                + $"{rate / (weights.Layout.ElementCount * 8 / copy),8:P0} {row.Same * 1e3,8:F1} {row.OneLayer * 1e3,8:F1} {row.Prepared / 1e6,8:F0}");
        }
    }

    private static Row Measure(ParentModels parents, string method, CpuWeights weights)
    {
        using var engine = new CpuMergeEngine();
        MergePlan? plan = null;
        var first = Seconds(() => engine.Merge(Plan(parents, method, 0), weights));
        var planning = Median(candidate => Seconds(() => plan = Plan(parents, method, candidate)));
        using var linearEngine = new CpuMergeEngine();
        var (linears, news) = (new List<double>(), new List<double>());
        for (var candidate = 1; candidate <= WarmUps + Repeats; candidate++)
        {
            var linear = Plan(parents, "linear", candidate);
            linears.Add(Seconds(() => linearEngine.Merge(linear, weights)));
            plan = Plan(parents, method, candidate);
            news.Add(Seconds(() => engine.Merge(plan, weights)));
        }

        var same = Median(_ => Seconds(() => engine.Merge(plan!, weights)));
        var oneLayer = Median(candidate =>
        {
            var changed = Plan(parents, method, WarmUps + Repeats, layerWeight: 0.3 + (0.01 * candidate));
            return Seconds(() => engine.Merge(changed, weights));
        });
        linears.RemoveRange(0, WarmUps);
        news.RemoveRange(0, WarmUps);
        return new Row(
            First: first,
            Plan: planning,
            New: Median(news),
            OfLinear: Median(news.Zip(linears, (ours, linear) => ours / linear)),
            QuickestOfLinear: news.Min() / linears.Min(),
            Same: same,
            OneLayer: oneLayer,
            Bytes: plan!.Estimate.BytesRead + (4.0 * weights.Layout.ElementCount),
            Prepared: engine.PreparedBytes);
    }

    private static MergePlan Plan(ParentModels parents, string method, int candidate, double? layerWeight = null) =>
        MergePlan.Create(RecipeReader.Read(Recipe(method, candidate, layerWeight), "benchmark"), parents);

    private static string Recipe(string method, int candidate, double? layerWeight)
    {
        var density = 0.2 + (candidate * 0.618 % 1 * 0.6);
        var needsBase = Merging.Methods.MergeMethods.Find(method)!.Needs.NeedsBase;
        string Model(int number)
        {
            var weight = string.Create(CultureInfo.InvariantCulture, $"{0.3 + (0.01 * candidate) + (0.001 * number)}");
            if (layerWeight is { } changed && number == 1)
                weight = string.Create(CultureInfo.InvariantCulture, $"[{{filter: layers.3., value: {changed}}}, {{value: {weight}}}]");
            return string.Create(CultureInfo.InvariantCulture, $"{{model: m{number}, parameters: {{weight: {weight}, density: {density + (0.01 * number)}}}}}");
        }

        var models = method == "slerp" ? Model(1) : $"{Model(1)}, {Model(2)}, {Model(3)}";
        var t = string.Create(CultureInfo.InvariantCulture, $"{0.4 + (0.01 * candidate)}");
        return $"{{merge_method: {method}, {(needsBase ? "base_model: m0, " : "")}models: [{models}], parameters: {{t: {t}}}, dtype: float32}}";
    }

    private static double CopySeconds(CpuWeights weights)
    {
        using var other = new CpuWeights(weights.Layout);
        return Median(_ => Seconds(() => Parallel.ForEach(weights.Layout.Slots, slot => weights[slot].CopyTo(other[slot]))));
    }

    private static double Median(Func<int, double> measure) => Median(Enumerable.Range(1, Repeats).Select(measure));

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Repeats / 2);

    private static double Seconds(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalSeconds;
    }

    private sealed record Row(double First, double Plan, double New, double OfLinear, double QuickestOfLinear, double Same, double OneLayer, double Bytes, long Prepared);
}
