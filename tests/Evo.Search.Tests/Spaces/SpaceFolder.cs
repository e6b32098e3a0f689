using Evo.Search.Spaces;

namespace Evo.Search.Tests.Spaces;

/// <summary>A folder with (empty) model folders and task files, and search spaces that name them.</summary>
internal sealed class SpaceFolder : IDisposable
{
    /// <summary>The example of product.md, section 1.</summary>
    public const string Example = """
        recipe:
          merge_method: ties
          base_model: models/base
          models:
            - model: models/arithmetic
              parameters:
                weight:  {search: [0.0, 1.5], init: 0.5, per: [component, block(2)]}
                density: {search: [0.2, 1.0]}
            - model: models/sorting
              parameters: {weight: {search: [0.0, 1.5], init: 0.5}, density: 0.6}
          parameters: {normalize: false, lambda: {search: [0.5, 1.5]}}
          dtype: float32
        objectives:
          - {name: arithmetic, task: tasks/arithmetic.yaml, metric: exact_match, goal: maximize}
          - {name: sorting,    task: tasks/sorting.yaml,    metric: exact_match, goal: maximize}
          - {name: size_of_change, measure: task_vector_l1, goal: minimize, report_only: true}
        evaluator: {kind: onnx, device: cpu}
        search:
          algorithm: nsga2
          population: 16
          seed: 7
          budget: {generations: 20}
        splits: {search: 0.7, report: 0.3}
        """;

    public SpaceFolder()
    {
        Root = Directory.CreateTempSubdirectory("evo-space-").FullName;
        foreach (var model in (string[])["base", "arithmetic", "sorting"])
            Directory.CreateDirectory(Path.Combine(Root, "models", model));
        Directory.CreateDirectory(Path.Combine(Root, "tasks"));
        foreach (var task in (string[])["arithmetic", "sorting"])
            File.WriteAllText(Path.Combine(Root, "tasks", task + ".yaml"), "");
    }

    public string Root { get; }

    public SearchSpace Read(string yaml, params string[] overrides)
    {
        var path = Path.Combine(Root, "space.yaml");
        File.WriteAllText(path, yaml);
        return SearchSpaceReader.Read(path, overrides);
    }

    /// <summary>The message that a space is refused with, without the folder in front.</summary>
    public string Refusal(string yaml, params string[] overrides) =>
        Assert.Throws<SearchSpaceException>(() => Read(yaml, overrides)).Message
            .Replace(Root + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)
            .Replace(Root, "", StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
