using System.Text.Json.Nodes;

namespace Evo.EndToEnd.Tests;

/// <summary>Merges and searches that look at their models on calibration text.</summary>
public sealed class CalibrationTests : IDisposable
{
    private static readonly string Models = $"""
        base_model: {Repository.Model("base")}
        models:
          - model: {Repository.Model("addition")}
          - model: {Repository.Model("sorting")}
        dtype: float32
        """;

    private static readonly string Texts = $"""
        calibration:
          texts:
            default: texts.txt
            {Repository.Model("addition")}: {Repository.Task("addition")}
            {Repository.Model("sorting")}: {Repository.Task("sorting")}
          samples: 40
        """;

    private readonly TemporaryFolder _folder = new();

    public CalibrationTests() => _folder.Write("texts.txt", "the sun is in the sky\n\na cat sits on the wall\n");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("regmean", "", 2)]
    [InlineData("lot", "", 2)]
    [InlineData("fisher", "", 2)]
    [InlineData("ota", "parameters: {curvature: fisher, density: 0.5, aim_omega: 0.4}", 3)]
    public void Models_are_run_once_and_their_statistics_used_again(string method, string parameters, int runs)
    {
        var recipe = _folder.Write("recipe.yaml", $"merge_method: {method}\n{Text(method)}\n{parameters}\n{Texts}");

        var first = EvoProcess.Run("merge", recipe, "--out", _folder["first"]);
        Assert.Equal(0, first.ExitCode);
        Assert.Equal(runs, first.Error.Split("calibration: ").Length - 1);
        var second = EvoProcess.Run("merge", recipe, "--out", _folder["second"]);
        Assert.Equal(0, second.ExitCode);
        Assert.DoesNotContain("calibration: ", second.Error, StringComparison.Ordinal);

        Assert.Equal(File.ReadAllBytes(_folder["first/model.safetensors"]), File.ReadAllBytes(_folder["second/model.safetensors"]));
        Assert.NotEqual(File.ReadAllBytes(Path.Combine(Repository.Model("addition"), "model.safetensors")), File.ReadAllBytes(_folder["first/model.safetensors"]));
        Assert.True(Directory.Exists(_folder[".evo/statistics"]));
    }

    [Fact]
    public void Without_texts_nothing_is_done_and_the_remedy_is_named()
    {
        var recipe = _folder.Write("recipe.yaml", $"merge_method: regmean\n{Text("regmean")}\n");
        var result = EvoProcess.Run("merge", recipe, "--out", _folder["out"]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("'regmean' with these parameters needs statistics", result.Error, StringComparison.Ordinal);
        Assert.Contains("texts: FILE", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public void A_search_runs_every_model_once_and_its_choice_is_merged_again_to_the_same_bytes()
    {
        var space = _folder.Write("space.yaml", $$$"""
            recipe:
              merge_method: bmm
            {{{Indented(Models)}}}
              parameters:
                ridge: {search: [0.001, 10.0], log: true}
                lambda: {search: [0.5, 1.5]}
            {{{Indented(Texts)}}}
            objectives:
              - {name: addition, task: {{{Repository.Task("addition")}}}, metric: exact_match, goal: maximize}
            search: {algorithm: cma-es, seed: 1, budget: {generations: 2}, population: 4}
            splits: {search: 0.1, report: 0.1}
            """);
        var run = _folder["run"];
        EvoProcess.Succeed("run", space, "--run-dir", run, "--json");
        var statistics = Directory.GetDirectories(_folder["run/statistics"]);
        Assert.Equal(2, statistics.Length); // Gram matrices of two models
        Assert.False(Directory.Exists(_folder[".evo"]));
        EvoProcess.Succeed("resume", run, "--generations", "+1", "--json");

        var id = (string)JsonNode.Parse(EvoProcess.Succeed("pareto", run, "--json"))!["members"]![0]!["id"]!;
        EvoProcess.Succeed("export", run, id[..12], "--out", _folder["chosen"], "--json");
        Assert.False(Directory.Exists(_folder[".evo"])); // the run's own were used
        Assert.Equal(statistics, Directory.GetDirectories(_folder["run/statistics"]));
        EvoProcess.Succeed("merge", _folder["chosen/mergekit_config.yml"], "--out", _folder["merged"], "--models-from", _folder["."]);
        Assert.Equal(File.ReadAllBytes(_folder["chosen/model.safetensors"]), File.ReadAllBytes(_folder["merged/model.safetensors"]));
        Assert.Equal(statistics.Select(Path.GetFileName).Order(), Directory.GetDirectories(_folder[".evo/statistics"]).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("", "run/statistics", true)] // what `evo plan` computed is copied
    [InlineData("cache: kept", "kept", false)]
    public void A_run_keeps_statistics_with_itself_unless_the_recipe_names_a_folder(string cache, string place, bool planKeepsBesideTheSpace)
    {
        var space = _folder.Write("space.yaml", $$$"""
            recipe:
              merge_method: regmean
              models:
                - model: {{{Repository.Model("addition")}}}
                  parameters: {weight: {search: [0.1, 1.0]}}
                - model: {{{Repository.Model("sorting")}}}
              dtype: float32
              calibration:
                texts: texts.txt
                {{{cache}}}
            objectives:
              - {name: addition, task: {{{Repository.Task("addition")}}}, metric: exact_match, goal: maximize}
            search: {algorithm: cma-es, seed: 1, budget: {generations: 1}, population: 4}
            splits: {search: 0.1, report: 0.1}
            """);
        EvoProcess.Succeed("plan", space, "--json");
        Assert.Equal(planKeepsBesideTheSpace, Directory.Exists(_folder[".evo/statistics"]));
        var before = Directory.Exists(_folder[".evo/statistics"]) ? Directory.GetLastWriteTimeUtc(Directory.GetDirectories(_folder[".evo/statistics"])[0]) : default;

        EvoProcess.Succeed("run", space, "--run-dir", _folder["run"], "--json");
        Assert.Equal(2, Directory.GetDirectories(_folder[place]).Length);
        Assert.Equal(place == "run/statistics", Directory.Exists(_folder["run/statistics"]));
        if (planKeepsBesideTheSpace)
            Assert.Equal(before, Directory.GetLastWriteTimeUtc(Directory.GetDirectories(_folder[".evo/statistics"])[0]));
    }

    [Fact]
    public void Changed_texts_are_another_run()
    {
        var space = _folder.Write("space.yaml", $$$"""
            recipe:
              merge_method: task_arithmetic
              base_model: {{{Repository.Model("base")}}}
              models:
                - model: {{{Repository.Model("addition")}}}
                  parameters: {weight: {search: [0.0, 1.0]}}
              parameters: {aim_omega: 0.4}
              dtype: float32
              calibration: {texts: texts.txt}
            objectives:
              - {name: addition, task: {{{Repository.Task("addition")}}}, metric: exact_match, goal: maximize}
            search: {algorithm: cma-es, seed: 1, budget: {generations: 1}, population: 4}
            splits: {search: 0.1, report: 0.1}
            """);
        EvoProcess.Succeed("run", space, "--run-dir", _folder["run"], "--json");
        _folder.Write("texts.txt", "something else\n");

        var result = EvoProcess.Run("run", space, "--run-dir", _folder["run"], "--json");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("the calibration 'texts' has changed", result.Error + result.Out, StringComparison.Ordinal);
    }

    private static string Text(string method) => method is "regmean" or "fisher" ? Models[(Models.IndexOf('\n', StringComparison.Ordinal) + 1)..] : Models;

    private static string Indented(string text) => string.Join('\n', text.Split('\n').Select(line => "  " + line));
}
