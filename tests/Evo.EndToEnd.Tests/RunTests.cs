using System.Text.Json.Nodes;

namespace Evo.EndToEnd.Tests;

/// <summary>The main job on the real models: search, read, export.</summary>
public sealed class RunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_search_is_run_read_and_its_choice_exported()
    {
        var run = _folder["run"];
        var lines = EvoProcess.Succeed(["run", Repository.Quickstart, "--run-dir", run, "--json", .. Small.Search])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToArray();
        Assert.Equal("started", (string?)lines[0]["event"]);
        Assert.Equal(run, (string?)lines[0]["runDirectory"]);
        Assert.True((int)lines[0]["pid"]! > 0);
        Assert.Equal(0, (int)lines[^1]["exitCode"]!);

        var front = JsonNode.Parse(EvoProcess.Succeed("pareto", run, "--json"))!;
        Assert.Equal("evo.pareto/1", (string?)front["schema"]);
        Assert.Equal(Small.Generations, (int)front["generation"]!);
        Assert.True((double)front["hypervolume"]! > 0);
        var members = front["members"]!.AsArray();
        Assert.NotEmpty(members);
        Assert.All(members, member => Assert.NotNull(member!["report"]));
        var kinds = front["parents"]!.AsArray().Select(parent => (string?)parent!["kind"]).ToArray();
        Assert.Contains("base", kinds);
        Assert.Contains("uniform", kinds);
        Assert.True(kinds.Count(kind => kind == "parent") >= 3);

        var status = JsonNode.Parse(EvoProcess.Succeed("status", run, "--json"))!;
        Assert.Equal("finished", (string?)status["state"]);
        Assert.Equal(Small.Generations * Small.Population, (int)status["evaluations"]!);

        var id = (string)members[0]!["id"]!;
        var shown = JsonNode.Parse(EvoProcess.Succeed("show", run, id[..12], "--json"))!;
        Assert.Equal(id, (string?)shown["id"]);
        Assert.NotEmpty(shown["coefficients"]!.AsArray());

        var exported = _folder["chosen"];
        var export = JsonNode.Parse(EvoProcess.Succeed("export", run, id[..12], "--out", exported, "--json"))!;
        Assert.True((bool)export["verified"]!);
        string[] expected = ["README.md", "config.json", "generation_config.json", "mergekit_config.yml", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
        var written = Directory.GetFiles(exported).Select(Path.GetFileName).ToHashSet();
        Assert.All(expected, file => Assert.Contains(file, written));

        // A second export onto it is refused and leaves it alone.
        var again = EvoProcess.Run("export", run, id[..12], "--out", exported);
        Assert.Equal(2, again.ExitCode);
        Assert.Equal(written, Directory.GetFiles(exported).Select(Path.GetFileName).ToHashSet());

        // The recipe in the folder merges to the same bytes.
        var merged = _folder["merged"];
        EvoProcess.Succeed("merge", Path.Combine(exported, "mergekit_config.yml"), "--out", merged, "--models-from", Repository.SearchSpaces);
        Assert.Equal(File.ReadAllBytes(Path.Combine(exported, "model.safetensors")), File.ReadAllBytes(Path.Combine(merged, "model.safetensors")));
    }

    [Fact]
    public void An_expert_is_good_at_its_own_task_and_the_base_is_not()
    {
        Assert.True(ExactMatch("addition") > 0.9);
        Assert.True(ExactMatch("base") < 0.5);

        static double ExactMatch(string model)
        {
            var scores = JsonNode.Parse(EvoProcess.Succeed("eval", Repository.Model(model), "--task", Repository.Task("addition"), "--json"))!;
            return (double)scores["tasks"]![0]!["value"]!;
        }
    }
}
