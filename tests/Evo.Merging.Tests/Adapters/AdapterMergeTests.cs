using System.Text.Json.Nodes;
using Evo.Checkpoints.Adapters;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Engines;
using Evo.Merging.Tests.Fixtures;
using static Evo.Merging.Tests.Fixtures.AdapterMerges;

namespace Evo.Merging.Tests.Adapters;

/// <summary>Adapters merged to an adapter: loaded onto the base, it is the merged model.</summary>
public sealed class AdapterMergeTests
{
    [Theory]
    [InlineData("lora_concat", "weight: 0.5", "{}")]
    [InlineData("lora_concat", "weight: 0.5", "{rank: 2}")]
    [InlineData("task_arithmetic", "weight: 0.5", "{lambda: 1.5}")]
    [InlineData("evo_merging", "alpha: 0.5, beta: -0.7", "{form: delta}")]
    [InlineData("evo_merging", "alpha: 0.5, beta: -0.7", "{form: factor}")]
    public void The_written_adapter_on_the_base_is_the_merged_model(string method, string each, string all)
    {
        using var scene = Everything();
        var recipe = $"{{merge_method: {method}, base_model: base, parameters: {all}, models: [{{model: base+adapter0, parameters: {{{each}}}}}, {{model: base+adapter1, parameters: {{{each}}}}}]}}";
        var expected = scene.Merge(recipe);
        AdapterMerge.Write(scene.Plan(recipe), Path.Combine(scene.Folder, "merged"));
        var actual = scene.Merge("{merge_method: passthrough, models: [{model: base+merged}]}");
        Assert.Equal(expected.Keys, actual.Keys);
        foreach (var (name, values) in expected)
            Near.Equal([.. values.Select(value => (double)value)], actual[name], 2e-6);
    }

    [Fact]
    public void It_heeds_the_budget()
    {
        using var scene = Usual();
        Assert.Throws<ArgumentOutOfRangeException>(() => AdapterMerge.Write(
            scene.Plan(Sum), Path.Combine(scene.Folder, "merged"), options: new() { MemoryBytes = FolderMergeOptions.LeastMemoryBytes - 1 }));
        Assert.False(Directory.Exists(Path.Combine(scene.Folder, "merged")));
    }

    [Fact]
    public void It_is_spelled_as_PEFT_reads_it()
    {
        using var scene = Everything();
        var folder = Path.Combine(scene.Folder, "merged");
        AdapterMerge.Write(scene.Plan(Sum), folder, readme: "text");
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "adapter_config.json")))!.AsObject();
        Assert.Equal("LORA", (string?)config["peft_type"]);
        Assert.Equal("base", (string?)config["base_model_name_or_path"]);
        Assert.Equal([5, 5], [(int)config["r"]!, (int)config["lora_alpha"]!]);
        Assert.Equal("""{"model.layers.0.self_attn.q_proj":2}""", config["rank_pattern"]!.ToJsonString());
        Assert.Equal("""{"model.layers.0.self_attn.q_proj":2}""", config["alpha_pattern"]!.ToJsonString());
        Assert.Equal("""["model.norm"]""", config["modules_to_save"]!.ToJsonString());
        Assert.Equal(
            ["model.embed_tokens", "model.layers.0.mlp.up_proj", "model.layers.0.self_attn.q_proj"], config["target_modules"]!.AsArray().Select(name => (string)name!));

        using var adapter = AdapterFolder.Open(folder);
        Assert.Equal(
            ["model.embed_tokens 5 [5, 3] [2, 5]", "model.layers.0.mlp.up_proj 5 [5, 4] [6, 5]", "model.layers.0.self_attn.q_proj 2 [2, 2] [2, 2]"],
            adapter.Updates.Select(update => $"{update.Module} {update.Rank} {update.A.ShapeText} {update.B.ShapeText}"));
        Assert.Equal(["model.layers.0.mlp.up_proj.bias", "model.norm.weight"], adapter.Saved.Select(saved => saved.Name));
        Assert.Equal("base_model.model.model.layers.0.mlp.up_proj.base_layer.bias", adapter.Saved[0].Stored.Name);
        Assert.Equal("text", File.ReadAllText(Path.Combine(folder, "README.md")));
        Assert.Contains("lora_concat", File.ReadAllText(Path.Combine(folder, "mergekit_config.yml")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_type_is_the_recipes_or_the_first_adapters()
    {
        using var scene = Everything();
        AdapterMerge.Write(scene.Plan(Sum), Path.Combine(scene.Folder, "as-stored"));
        AdapterMerge.Write(scene.Plan(Sum[..^1] + ", dtype: float32, out_dtype: bfloat16}"), Path.Combine(scene.Folder, "asked"));
        using var stored = AdapterFolder.Open(Path.Combine(scene.Folder, "as-stored"));
        using var asked = AdapterFolder.Open(Path.Combine(scene.Folder, "asked"));
        Assert.Equal([ElementType.F32, ElementType.BF16], [stored.Updates[0].A.Type, asked.Updates[0].A.Type]);
    }

    [Fact]
    public void The_same_merge_has_the_same_bytes()
    {
        using var scene = Everything();
        foreach (var name in (string[])["first", "second"])
            AdapterMerge.Write(scene.Plan(Sum), Path.Combine(scene.Folder, name), options: new() { Workers = name == "first" ? 1 : 3 });
        Assert.Equal(File.ReadAllBytes(Path.Combine(scene.Folder, "first", "adapter_model.safetensors")), File.ReadAllBytes(Path.Combine(scene.Folder, "second", "adapter_model.safetensors")));
    }

    [Theory]
    [InlineData("ties", "base+adapter0", 1, "'ties' is no adapter")]
    [InlineData("lora_concat", "other", 1, "'other' is no adapter of the base model 'base'")]
    [InlineData("lora_concat", "base+adapter0", 0, "no adapter changes anything")]
    public void What_is_no_adapter_is_refused(string method, string model, int weight, string says)
    {
        using var scene = Everything();
        var recipe = $"{{merge_method: {method}, base_model: base, models: [{{model: {model}, parameters: {{weight: {weight}}}}}]}}";
        var problem = Assert.Throws<RecipeException>(() => AdapterMerge.Write(scene.Plan(recipe), Path.Combine(scene.Folder, "merged")));
        Assert.Contains(says, problem.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(scene.Folder, "merged")));
    }

    /// <summary>PEFT refuses to load an adapter that has no target module.</summary>
    [Fact]
    public void Whole_tensors_alone_are_no_adapter()
    {
        using var scene = new AdapterMerges(
            new TinyModel().With(Names.Up(0), [1, 2], [1, 1]).With(Names.FinalNorm, [2], [1, 1]), ("adapter0", new TinyAdapter(1, 1).Saving(Names.FinalNorm, [2], [3, 4]).Set("modules_to_save", new JsonArray("norm"))));
        var recipe = "{merge_method: lora_concat, base_model: base, models: [{model: base+adapter0, parameters: {weight: 1}}]}";
        var problem = Assert.Throws<RecipeException>(() => AdapterMerge.Write(scene.Plan(recipe), Path.Combine(scene.Folder, "merged")));
        Assert.Contains("PEFT loads no adapter without a low-rank update; write the whole model", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_are_not_finite_leave_nothing_behind()
    {
        using var scene = Everything();
        var recipe = Sum.Replace("weight: 1", "weight: 1e6", StringComparison.Ordinal)[..^1] + ", dtype: float16}";
        Assert.Throws<NonFiniteMergeException>(() => AdapterMerge.Write(scene.Plan(recipe), Path.Combine(scene.Folder, "merged")));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(scene.Folder), entry => entry.Contains("merged", StringComparison.Ordinal));
    }

    private const string Sum = "{merge_method: lora_concat, base_model: base, models: [{model: base+adapter0, parameters: {weight: 1}}, {model: base+adapter1, parameters: {weight: -0.5}}]}";

    /// <summary>A linear module that both adapt, one that one adapts, an embedding, a saved norm, a trained bias.</summary>
    private static AdapterMerges Everything()
    {
        var @base = new TinyModel().Set("tie_word_embeddings", false)
            .With(Names.Embedding, [3, 2], Random(1, 6)).With(Names.Head, [3, 2], Random(2, 6)).With(Names.FinalNorm, [2], [1, 1])
            .With(Names.Up(0), [6, 4], Random(3, 24)).With("model.layers.0.mlp.up_proj.bias", [6], Random(4, 6)).With(Names.Query(0), [2, 2], Random(5, 4));
        var scene = new AdapterMerges(@base, Adapter("adapter0", 3, 7), Adapter("adapter1", 2, 1));
        @base.Write(Path.Combine(scene.Folder, "other"));
        return scene;

        static (string, TinyAdapter) Adapter(string name, int rank, double alpha)
        {
            var adapter = new TinyAdapter(rank, alpha)
                .With(Names.Up(0), Random(10 + rank, rank * 4), Random(20 + rank, rank * 6))
                .Add("base_model.model.model.embed_tokens.lora_embedding_A", [rank, 3], Random(30 + rank, rank * 3))
                .Add("base_model.model.model.embed_tokens.lora_embedding_B", [2, rank], Random(40 + rank, rank * 2));
            if (rank == 2)
                adapter.With(Names.Query(0), Random(50, 4), Random(51, 4)).Saving(Names.FinalNorm, [2], [3, 4])
                    .Add("base_model.model.model.layers.0.mlp.up_proj.base_layer.bias", [6], Random(60, 6)).Set("bias", "lora_only").Set("modules_to_save", new JsonArray("norm"));
            return (name, adapter);
        }
    }
}
