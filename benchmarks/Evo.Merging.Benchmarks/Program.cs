// Time of one candidate, by method and number of workers, beside the time of copying a buffer of its size. Every candidate has parameters of its
// own, as in a search. Run: dotnet run -c Release --project benchmarks/Evo.Merging.Benchmarks
using System.Diagnostics;
using System.Globalization;
using Evo.Checkpoints.Weights;
using Evo.Merging.Benchmarks;
using Evo.Merging.Engines;
using Evo.Merging.Planning;
using Evo.Merging.Recipes;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
(string Name, int Width, int Layers, int Vocabulary, int Repeats)[] sizes = [("tiny", 128, 4, 256, 30), ("100M", 768, 10, 32000, 7)];
string[] methods = ["linear", "slerp", "task_arithmetic", "ties", "dare_linear", "dare_ties"];

Console.WriteLine("model\tparameters\tmethod\tworkers\tfirst_ms\tcandidate_ms\tcopy_ms\tratio");
foreach (var size in sizes)
{
    var folder = Directory.CreateTempSubdirectory("evo-bench-");
    try
    {
        SyntheticParents.Write(folder.FullName, 4, size.Width, size.Layers, size.Vocabulary);
        using var parents = ParentModels.Open(["m0", "m1", "m2", "m3"], folder.FullName);
        foreach (var workers in new[] { 1, Environment.ProcessorCount })
            foreach (var method in methods)
                Measure(size.Name, parents, method, workers, size.Repeats);
    }
    finally
    {
        folder.Delete(recursive: true);
    }
}

static void Measure(string model, ParentModels parents, string method, int workers, int repeats)
{
    using var engine = new CpuMergeEngine(workers);
    var plan = Plan(0);
    using var weights = new CpuWeights(plan.Layout);
    using var copy = new CpuWeights(plan.Layout);
    var first = Milliseconds(() => engine.Merge(plan, weights));
    var candidates = Enumerable.Range(1, repeats).Select(candidate => Milliseconds(() => engine.Merge(Plan(candidate), weights))).Order().ToArray();
    var copies = Enumerable.Range(0, repeats).Select(_ => Milliseconds(() => Copy(weights, copy))).Order().ToArray();
    var (median, copying) = (candidates[repeats / 2], copies[repeats / 2]);
    Console.WriteLine($"{model}\t{plan.Layout.ElementCount}\t{method}\t{workers}\t{first:F1}\t{median:F1}\t{copying:F1}\t{median / copying:F1}");

    MergePlan Plan(int candidate) => MergePlan.Create(RecipeReader.Read(Recipe(method, candidate), "benchmark"), parents);
}

static string Recipe(string method, int candidate)
{
    var density = 0.2 + (0.6 * candidate * 0.618 % 1 * 0.6);
    string Model(int number) => $"{{model: m{number}, parameters: {{weight: {0.3 + (0.01 * candidate)}, density: {density + (0.01 * number)}}}}}";
    var models = method == "slerp" ? Model(1) : $"{Model(1)}, {Model(2)}, {Model(3)}";
    return $"{{merge_method: {method}, {(method == "linear" ? "" : "base_model: m0, ")}models: [{models}], parameters: {{t: 0.4}}, dtype: float32}}";
}

static void Copy(CpuWeights from, CpuWeights to)
{
    foreach (var slot in from.Layout.Slots)
        from[slot].CopyTo(to[slot]);
}

static double Milliseconds(Action action)
{
    var watch = Stopwatch.StartNew();
    action();
    return watch.Elapsed.TotalMilliseconds;
}
