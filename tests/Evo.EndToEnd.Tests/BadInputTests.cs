namespace Evo.EndToEnd.Tests;

/// <summary>Everything that can be wrong with the input is said before any work, with its place, and with exit code 2.</summary>
public sealed class BadInputTests : IDisposable
{
    private const string SpaceText = """
        recipe:
          merge_method: task_arithmetic
          base_model: MODELS/base
          models:
            - model: MODELS/addition
              parameters: {weight: {search: [0.0, 1.0]}}
            - model: MODELS/sorting
              parameters: {weight: {search: [0.0, 1.0]}}
          dtype: float32
        objectives:
          - {name: addition, task: TASK, metric: exact_match, goal: maximize}
        search: {algorithm: cma-es, seed: 1, budget: {generations: 1}}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_unknown_key_is_named_with_its_line_and_column() =>
        AssertRefused(Space().Replace("algorithm:", "algorithmn:"), "space.yaml:", "algorithmn");

    [Fact]
    public void A_range_with_its_minimum_above_its_maximum_is_refused() =>
        AssertRefused(Space().Replace("[0.0, 1.0]", "[1.0, 0.0]"), "space.yaml:6:", "above");

    [Fact]
    public void An_objective_on_a_missing_task_is_refused() =>
        AssertRefused(Space().Replace("addition.yaml", "nowhere.yaml"), "space.yaml:", "nowhere.yaml");

    [Fact]
    public void A_missing_model_is_refused() =>
        AssertRefused(Space().Replace(Repository.Model("addition"), Repository.Model("nobody")), "nobody");

    [Fact]
    public void A_task_item_without_its_field_is_refused_with_its_line()
    {
        _folder.Write("task.jsonl", "{\"question\": \"1+1\", \"answer\": \"2\"}\n{\"question\": \"2+2\"}\n");
        _folder.Write("task.yaml", "name: t\nkind: generate\ndata: task.jsonl\nprompt: \"{question}=\"\nanswer: \"{answer}\"\nmetric: exact_match\nmax_tokens: 4\n");
        AssertRefused(Space().Replace(Repository.Task("addition"), _folder["task.yaml"]), "task.jsonl:2", "answer");
    }

    [Fact]
    public void A_truncated_checkpoint_is_refused()
    {
        var model = CopyModel("addition");
        using (var file = File.OpenWrite(Path.Combine(model, "model.safetensors"))) file.SetLength(file.Length / 2);
        AssertRefused(Space().Replace(Repository.Model("addition"), model), "model.safetensors");
    }

    [Fact]
    public void A_header_that_lies_about_its_length_is_refused()
    {
        var model = CopyModel("addition");
        using (var file = File.OpenWrite(Path.Combine(model, "model.safetensors"))) file.Write([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]);
        AssertRefused(Space().Replace(Repository.Model("addition"), model), "model.safetensors");
    }

    [Fact]
    public void A_missing_shard_is_refused()
    {
        var model = CopyModel("addition");
        File.Delete(Path.Combine(model, "model.safetensors"));
        File.WriteAllText(
            Path.Combine(model, "model.safetensors.index.json"),
            """{"metadata": {"total_size": 4}, "weight_map": {"model.norm.weight": "model-00001-of-00002.safetensors"}}""");
        AssertRefused(Space().Replace(Repository.Model("addition"), model), "model-00001-of-00002.safetensors");
    }

    [Fact]
    public void A_run_directory_of_another_search_is_refused_and_left_alone()
    {
        var run = _folder["run"];
        EvoProcess.Succeed(["run", Repository.Quickstart, "--run-dir", run, .. Small.Search]);
        var before = File.ReadAllText(Path.Combine(run, "pareto.json"));
        var result = EvoProcess.Run(["run", Repository.Quickstart, "--run-dir", run, .. Small.Search, "--set", "search.seed=99"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(run, result.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Path.Combine(run, "pareto.json")));
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("run")]
    [InlineData("status", "/nonexistent/run")]
    [InlineData("pareto", "/nonexistent/run", "--format", "xml")]
    [InlineData("merge", "/nonexistent/recipe.yaml", "--out", "/nonexistent/out")]
    [InlineData("resume", "/nonexistent/run", "--generations", "many")]
    public void Bad_usage_ends_with_2_and_a_sentence(params string[] arguments)
    {
        var result = EvoProcess.Run(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("evo: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal); // no stack trace
    }

    private static string Space() => SpaceText
        .Replace("MODELS", Path.Combine(Repository.SearchSpaces, "models"))
        .Replace("TASK", Repository.Task("addition"));

    private string CopyModel(string name)
    {
        var copy = Directory.CreateDirectory(_folder["models/" + name]).FullName;
        foreach (var file in Directory.GetFiles(Repository.Model(name))) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }

    private void AssertRefused(string space, params string[] expected)
    {
        var path = _folder.Write("space.yaml", space);
        var run = _folder["run"];
        foreach (var arguments in (string[][])[["validate", path], ["run", path, "--run-dir", run]])
        {
            var result = EvoProcess.Run(arguments);
            Assert.True(result.ExitCode == 2, $"exit code {result.ExitCode}\n{result.Error}\n{result.Out}");
            Assert.All(expected, text => Assert.Contains(text, result.Error, StringComparison.Ordinal));
            Assert.False(Directory.Exists(run), "work was spent on bad input");
        }
    }
}
