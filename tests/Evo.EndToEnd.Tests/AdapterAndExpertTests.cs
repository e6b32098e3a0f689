using System.Text.Json.Nodes;
using Evo.Checkpoints.Adapters;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Safetensors;
using Evo.Checkpoints.Tensors;

namespace Evo.EndToEnd.Tests;

/// <summary><c>evo merge</c> of adapters, to a model and to an adapter, and of experts to a mixture.</summary>
public sealed class AdapterAndExpertTests : IDisposable
{
    private const string Module = "model.layers.0.self_attn.q_proj";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Adapters_become_a_model_or_an_adapter_that_gives_the_same_model()
    {
        Adapter("one", rank: 2, seed: 1);
        Adapter("two", rank: 3, seed: 2);
        var @base = Repository.Model("base");
        _folder.Write("sum.yaml", $"{{merge_method: lora_concat, base_model: {@base}, dtype: float32, models: [{{model: {@base}+one, parameters: {{weight: 0.5}}}}, {{model: {@base}+two, parameters: {{weight: -1}}}}]}}");
        _folder.Write("again.yaml", $"{{merge_method: passthrough, dtype: float32, models: [{{model: {@base}+adapter}}]}}");
        EvoProcess.Succeed("merge", _folder["sum.yaml"], "--out", _folder["model"]);
        var said = JsonNode.Parse(EvoProcess.Succeed("merge", _folder["sum.yaml"], "--out", _folder["adapter"], "--as-adapter", "--json"))!;
        Assert.Equal(2, (int)said["tensors"]!);
        EvoProcess.Succeed("merge", _folder["again.yaml"], "--out", _folder["again"]);

        using var adapter = AdapterFolder.Open(_folder["adapter"]);
        Assert.Equal(5, Assert.Single(adapter.Updates).Rank);
        using var model = ModelFolder.Open(_folder["model"]);
        using var again = ModelFolder.Open(_folder["again"]);
        var (expected, actual) = (new float[128 * 128], new float[128 * 128]);
        model.ReadFloats(Module + ".weight", 0, expected);
        again.ReadFloats(Module + ".weight", 0, actual);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-6f);
    }

    [Fact]
    public void Experts_become_a_mixture_with_a_router_from_their_prompts()
    {
        _folder.Write("moe.yaml", $"""
            base_model: {Repository.Model("base")}
            gate_mode: hidden
            dtype: bfloat16
            experts:
              - source_model: {Repository.Model("addition")}
                positive_prompts: ["12+30="]
              - source_model: {Repository.Model("sorting")}
                positive_prompts: ["sort 3 1 2 ="]
            """);
        EvoProcess.Succeed("merge", _folder["moe.yaml"], "--out", _folder["mixture"]);
        using var mixture = ModelFolder.Open(_folder["mixture"]);
        Assert.Equal("MixtralForCausalLM", mixture.Config.Architecture);
        Assert.Equal("[2, 128]", mixture.Find("model.layers.5.block_sparse_moe.gate.weight")!.ShapeText);
        Assert.NotNull(mixture.Find("model.layers.5.block_sparse_moe.experts.1.w2.weight"));
        Assert.Contains(mixture.TokenizerFiles, file => file.EndsWith("tokenizer.json", StringComparison.Ordinal));
    }

    [Fact]
    public void An_adapter_of_another_base_is_bad_usage_with_the_tensor_named()
    {
        Adapter("wide", rank: 2, seed: 1, inputs: 64);
        _folder.Write("recipe.yaml", $"{{merge_method: passthrough, models: [{{model: {Repository.Model("base")}+wide}}]}}");
        var result = EvoProcess.Run("merge", _folder["recipe.yaml"], "--out", _folder["model"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"base_model.model.{Module}.lora_A.weight", result.Error, StringComparison.Ordinal);
        Assert.Contains("another base", result.Error, StringComparison.Ordinal);
    }

    private void Adapter(string name, int rank, int seed, int inputs = 128)
    {
        var folder = Directory.CreateDirectory(_folder[name]).FullName;
        File.WriteAllText(Path.Combine(folder, "adapter_config.json"), $$"""{"peft_type": "LORA", "r": {{rank}}, "lora_alpha": 4}""");
        TensorInfo[] tensors =
        [
            new($"base_model.model.{Module}.lora_A.weight", ElementType.F32, [rank, inputs]), new($"base_model.model.{Module}.lora_B.weight", ElementType.F32, [128, rank]),
        ];
        var random = new Random(seed);
        using var writer = SafetensorsWriter.Create(Path.Combine(folder, "adapter_model.safetensors"), tensors);
        foreach (var tensor in tensors)
            writer.WriteFloats(tensor.Name, [.. Enumerable.Range(0, (int)tensor.ElementCount).Select(_ => (float)((random.NextDouble() - 0.5) / 10))]);
        writer.Complete();
    }
}
