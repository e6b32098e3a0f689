using System.Globalization;
using Evo.Checkpoints.Safetensors;
using Evo.Checkpoints.Tensors;
using Evo.Checkpoints.Weights;
using Evo.Merging.Engines;

namespace Evo.Search.Tests.Spaces;

/// <summary>Searches over adapters: two genes each, candidates in memory.</summary>
public sealed class AdapterSpaceTests
{
    private const string Query = "model.layers.0.self_attn.q_proj";

    [Fact]
    public void Two_genes_an_adapter_become_candidates_in_memory()
    {
        using var fixture = new CodecFixture();
        Adapter(fixture.Root, "one", [1, 0], [1, 0]);
        Adapter(fixture.Root, "two", [0, 2], [0, 1]);
        var codec = fixture.Codec("""
            merge_method: evo_merging
            base_model: models/base
            models:
              - {model: models/base+adapters/one, parameters: {alpha: {search: [0, 1], init: 1}, beta: {search: [-1.5, 1.5], init: 0.5}}}
              - {model: models/base+adapters/two, parameters: {alpha: {search: [0, 1], init: 1}, beta: {search: [-1.5, 1.5], init: 0.5}}}
            parameters: {form: delta}
            dtype: float32
            """);
        Assert.Equal(4, codec.Layout.Genes.Length);

        using var engine = new CpuMergeEngine(1);
        CpuWeights? weights = null;
        foreach (var (genome, expected) in ((double[], float[])[])[([1, 0.5, 1, -1], [1.5f, 1, 1, -1]), ([0, 0.5, 1, 1.5], [1, 1, 1, 4]), ([1, 0, 1, 0], [1, 1, 1, 1])])
        {
            var ordered = codec.Layout.Genes.Select((gene, i) => genome[(gene.Name.Contains("two", StringComparison.Ordinal) ? 2 : 0) + (gene.Name.Contains("beta", StringComparison.Ordinal) ? 1 : 0)]).ToArray();
            var plan = fixture.Plan(codec, [.. ordered]);
            weights ??= new CpuWeights(plan.Layout);
            engine.Merge(plan, weights);
            Assert.Equal(expected, weights[weights.Layout.Find(Query + ".weight")!].ToArray());
        }

        weights!.Dispose();
    }

    /// <summary>Rank 1 and scale 1: B · A added to the query projection of layer 0.</summary>
    private static void Adapter(string root, string name, float[] a, float[] b)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, "adapters", name)).FullName;
        File.WriteAllText(Path.Combine(folder, "adapter_config.json"), string.Create(CultureInfo.InvariantCulture, $"{{\"peft_type\": \"LORA\", \"r\": 1, \"lora_alpha\": 1}}"));
        var (nameA, nameB) = ($"base_model.model.{Query}.lora_A.weight", $"base_model.model.{Query}.lora_B.weight");
        using var writer = SafetensorsWriter.Create(
            Path.Combine(folder, "adapter_model.safetensors"), [new TensorInfo(nameA, ElementType.F32, [1, 2]), new TensorInfo(nameB, ElementType.F32, [2, 1])]);
        writer.WriteFloats(nameA, a);
        writer.WriteFloats(nameB, b);
        writer.Complete();
    }
}
