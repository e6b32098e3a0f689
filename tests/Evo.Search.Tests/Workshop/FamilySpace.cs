using Evo.Search.Loop;

namespace Evo.Search.Tests.Workshop;

/// <summary>A search space over the trained models of this repository, with few items, in a folder of the test's own.</summary>
internal sealed class FamilySpace : IDisposable
{
    private const int Items = 24;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("evo-family-");

    /// <param name="recipe">A further line of the recipe.</param>
    public FamilySpace(int generations = 2, string recipe = "")
    {
        var source = Path.Combine(Repository(), "search-spaces");
        Directory.CreateSymbolicLink(this["models"], Path.Combine(source, "models"));
        Directory.CreateDirectory(this["tasks"]);
        foreach (var task in new[] { "addition", "sorting" })
        {
            File.Copy(Path.Combine(source, "tasks", task + ".yaml"), this[$"tasks/{task}.yaml"]);
            File.WriteAllLines(this[$"tasks/{task}.jsonl"], File.ReadLines(Path.Combine(source, "tasks", task + ".jsonl")).Take(Items));
        }

        File.WriteAllText(Space, $$$"""
            recipe:
              merge_method: task_arithmetic
              base_model: models/base
              models:
                - model: models/addition
                  parameters: {weight: {search: [0.0, 1.5], init: 0.5}}
                - model: models/sorting
                  parameters: {weight: {search: [0.0, 1.5], init: 0.5}}
              dtype: float32
              {{{recipe}}}
            objectives:
              - {name: addition, task: tasks/addition.yaml, metric: exact_match, goal: maximize}
              - {name: sorting, task: tasks/sorting.yaml, metric: exact_match, goal: maximize}
              - {name: change, measure: task_vector_l1, goal: minimize, report_only: true}
              - {name: sick, measure: unhealthy_tensors, goal: minimize, report_only: true}
            evaluator: {kind: onnx, device: cpu, workers: 1}
            search:
              algorithm: nsga2
              population: 4
              seed: 7
              budget: {generations: {{{generations}}} }
            splits: {search: 0.5, report: 0.5}
            """);
    }

    public string Space => this["space.yaml"];

    public string this[string name] => Path.Combine(_folder.FullName, name);

    public Task<SearchResult> RunAsync(string run, ISearchObserver? observer = null, CancellationToken stop = default) =>
        SearchRunner.RunAsync(new SearchRequest(Space, this[run]), observer ?? new Quiet(), stop);

    public Task<SearchResult> ResumeAsync(string run, int moreGenerations = 0) =>
        SearchRunner.ResumeAsync(new ResumeRequest(this[run], moreGenerations), new Quiet());

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Evo.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("Evo.sln is not above the tests");
        return folder;
    }

    private sealed class Quiet : ISearchObserver;
}
