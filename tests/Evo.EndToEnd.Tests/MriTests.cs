using System.Text.Json.Nodes;

namespace Evo.EndToEnd.Tests;

/// <summary><c>evo mri</c> on the trained models of this repository.</summary>
public sealed class MriTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Two_parents_are_diagnosed_compared_and_probed_and_their_child_checked()
    {
        var report = JsonNode.Parse(EvoProcess.Succeed(
            "mri", Repository.Model("addition"), Repository.Model("sorting"), "--child", Repository.Model("base"), "--probe", "--html", _folder["mri.html"], "--json"))!;

        Assert.Equal("evo.mri/1", (string)report["schema"]!);
        var models = report["models"]!.AsArray();
        Assert.Equal(2, models.Count);
        Assert.All(models, model => Assert.Equal(6, model!["probes"]!["MATH"]!.AsArray().Count));
        Assert.All(models[0]!["tensors"]!.AsArray(), tensor => Assert.InRange((double)tensor!["entropy"]!, 0, 8));
        Assert.Equal(56, report["ratios"]!.AsArray().Count);
        Assert.Contains(report["ratios"]!.AsArray(), ratio => Math.Abs((double)ratio!["ratio"]! - 0.5) > 0.01);
        Assert.NotNull(report["healthy"]);
        var page = File.ReadAllText(_folder["mri.html"]);
        Assert.Contains("<table>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal); // needs no other file
    }

    [Fact]
    public void The_probe_line_that_it_prints_is_one_that_a_darwin_recipe_takes()
    {
        var lines = EvoProcess.Succeed("mri", Repository.Model("addition"), Repository.Model("sorting"), "--probe").Split('\n')
            .Where(line => line.Contains("probe: [", StringComparison.Ordinal)).Select(line => line[line.IndexOf("probe:", StringComparison.Ordinal)..].Trim()).ToArray();
        Assert.Equal(2, lines.Length);
        _folder.Write("darwin.yaml", $"""
            merge_method: darwin
            base_model: {Repository.Model("base")}
            models:
              - model: {Repository.Model("addition")}
                parameters:
                  {lines[0]}
              - model: {Repository.Model("sorting")}
                parameters:
                  {lines[1]}
            parameters: {"{mri_trust: 0.8, darwin_kernel: linear}"}
            dtype: float32
            """);
        EvoProcess.Succeed("merge", _folder["darwin.yaml"], "--out", _folder["child"]);
        Assert.True(File.Exists(_folder["child/model.safetensors"]));
    }
}
