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
        Assert.All([models[0]!, models[1]!, report["child"]!], model =>
        {
            Assert.InRange((double)model["fluency"]!["loss"]!, 1, 20);
            Assert.Equal(3, model["fluency"]!["generations"]!.AsArray().Count);
        });
        Assert.Empty(report["unchecked"]!.AsArray());
        var page = File.ReadAllText(_folder["mri.html"]);
        Assert.Contains("<table>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal); // needs no other file
    }

    [Fact]
    public void The_average_of_two_parents_is_healthy_in_all_four_parts()
    {
        var child = Child("{value: 0.5}");
        var report = EvoProcess.Succeed("mri", Repository.Model("addition"), Repository.Model("sorting"), "--child", child, "--probe");
        Assert.Contains("healthy (checked: 56 tensors, 6 layers, the loss on 32 generic texts, 3 generations)", report, StringComparison.Ordinal);
        Assert.DoesNotContain("not checked", report, StringComparison.Ordinal);
    }

    [Fact]
    public void A_child_without_attention_is_found_by_its_loss_and_by_its_repetition()
    {
        var child = Child("{filter: self_attn, value: 0}, {value: 0.5}");
        var findings = Findings(Check(child, "--probe", "--html", _folder["mri.html"]));
        Assert.Contains(findings, finding => finding is ("generic text", _) && finding.Problem.Contains("nats", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding is ("generations", _) && finding.Problem.StartsWith("3 of 3 repeat themselves", StringComparison.Ordinal));
        Assert.Contains("3 of 3 repeat themselves", File.ReadAllText(_folder["mri.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_child_that_cannot_be_run_is_a_finding_and_no_failure()
    {
        var child = Child("{value: 0.5}");
        var file = Path.Combine(child, "model.safetensors");
        var bytes = File.ReadAllBytes(file);
        bytes.AsSpan(bytes.Length - 4096).Fill(0xFF); // NaN in every floating-point format
        File.WriteAllBytes(file, bytes);

        var report = Check(child, "--probe");

        var findings = Findings(report);
        Assert.Contains(findings, finding => finding.Problem == "holds NaN or infinite values");
        Assert.Contains(findings, finding => finding.Where == "forward pass");
        Assert.Equal(2, report["unchecked"]!.AsArray().Count);
    }

    [Fact]
    public void A_tokenizer_with_more_tokens_than_the_child_has_rows_is_a_finding()
    {
        var child = Child("{value: 0.5}");
        var file = Path.Combine(child, "tokenizer.json");
        var tokenizer = JsonNode.Parse(File.ReadAllText(file))!;
        tokenizer["added_tokens"]!.AsArray().Add(JsonNode.Parse(
            """{"id": 700, "content": "morning", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": false}"""));
        File.WriteAllText(file, tokenizer.ToJsonString());
        Assert.Contains(Findings(Check(child, "--probe")), finding => finding.Problem.Contains("gives token 700, its vocabulary ends before 640", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_probes_it_says_what_was_not_checked()
    {
        var report = Check(Repository.Model("base"));
        Assert.Equal(["56 tensors"], report["checked"]!.AsArray().Select(part => (string)part!));
        Assert.All(report["unchecked"]!.AsArray(), part => Assert.Contains("--probe", (string)part!, StringComparison.Ordinal));
        Assert.Equal(2, report["unchecked"]!.AsArray().Count);
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

    /// <summary>A merge of the two parents, the given weights for each.</summary>
    private string Child(string weights)
    {
        _folder.Write("child.yaml", $$"""
            merge_method: linear
            models:
              - model: {{Repository.Model("addition")}}
              - model: {{Repository.Model("sorting")}}
            parameters: {normalize: false, weight: [{{weights}}]}
            dtype: float32
            """);
        EvoProcess.Succeed("merge", _folder["child.yaml"], "--out", _folder["child"]);
        return _folder["child"];
    }

    private static JsonNode Check(string child, params string[] options) =>
        JsonNode.Parse(EvoProcess.Succeed(["mri", Repository.Model("addition"), Repository.Model("sorting"), "--child", child, "--json", .. options]))!;

    private static (string Where, string Problem)[] Findings(JsonNode report) =>
        [.. report["findings"]!.AsArray().Select(finding => ((string)finding!["where"]!, (string)finding["problem"]!))];
}
