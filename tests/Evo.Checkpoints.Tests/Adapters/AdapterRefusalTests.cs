using System.Text;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Adapters;
using Evo.Checkpoints.Tests.Fixtures;
using static Evo.Checkpoints.Tests.Fixtures.AdapterScene;

namespace Evo.Checkpoints.Tests.Adapters;

/// <summary>What cannot be merged, or does not fit, is refused with file, tensor and the way out.</summary>
public sealed class AdapterRefusalTests
{
    [Theory]
    [InlineData("peft_type", "\"IA3\"", "only LoRA adapters")]
    [InlineData("peft_type", "null", "'peft_type' is missing")]
    [InlineData("init_lora_weights", "\"pissa_niter_4\"", "path_initial_model_for_weight_conversion")]
    [InlineData("layer_replication", "[[0,4],[2,5]]", "repeated layers")]
    [InlineData("alora_invocation_tokens", "[1]", "aLoRA")]
    [InlineData("trainable_token_indices", "[5]", "single token embeddings")]
    [InlineData("use_qalora", "true", "QA-LoRA")]
    [InlineData("use_something_new", "true", "'use_something_new' is not known")]
    [InlineData("r", "0", "'r' must be a whole number")]
    [InlineData("r", "2.5", "'r' must be a whole number")]
    [InlineData("lora_alpha", "\"big\"", "'lora_alpha' must be a finite number")]
    [InlineData("lora_alpha", "1e999", "'lora_alpha' must be a finite number")]
    [InlineData("use_rslora", "\"yes\"", "must be true or false")]
    [InlineData("bias", "\"some\"", "none, all or lora_only")]
    [InlineData("rank_pattern", "[1]", "must be an object")]
    [InlineData("rank_pattern", "{\"(\":1}", "is no regular expression")]
    [InlineData("rank_pattern", "{\"(a)\\\\1\":1}", "is no regular expression that can be used")]
    [InlineData("rank_pattern", "{\"q_proj\":3}", "gives 'model.layers.0.self_attn.q_proj' the rank 3")]
    [InlineData("rank_pattern", "{\"q_proj\":-1}", "no whole number from 1")]
    [InlineData("use_dora", "true", "has no lora_magnitude_vector")]
    public void Settings_that_change_what_the_adapter_means(string key, string value, string says)
    {
        using var scene = Usual().Set(key, JsonNode.Parse(value));
        Assert.Contains(says, scene.Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("init_lora_weights", "\"gaussian\"")]
    [InlineData("use_something_new", "false")]
    [InlineData("eva_config", "{\"rho\":2}")]
    public void Settings_that_do_not_are_accepted(string key, string value)
    {
        using var scene = Usual().Set(key, JsonNode.Parse(value));
        Assert.NotNull(scene.Open().Find(Module + ".weight"));
    }

    [Theory]
    [InlineData(Module + ".lora_C.weight", new long[] { 1 }, "is no tensor of a LoRA adapter")]
    [InlineData(Module + ".lora_A.other.weight", new long[] { 2, 4 }, "is no tensor of a LoRA adapter")]
    [InlineData("model.layers.0.mlp.up_proj.lora_A.weight", new long[] { 2, 4 }, "has not both of lora_A and lora_B")]
    [InlineData(Module + ".lora_magnitude_vector", new long[] { 3 }, "'use_dora' is not set")]
    [InlineData("lora_A.weight", new long[] { 2, 4 }, "does not name a module")]
    [InlineData("model.nowhere.weight", new long[] { 1 }, "which '")]
    public void Tensors_that_do_not_belong(string name, long[] shape, string says)
    {
        using var scene = Usual().Adapter(name, shape, new float[shape.Aggregate(1L, (a, b) => a * b)]);
        Assert.Contains(says, scene.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_bases_module_is_named_with_the_base_that_the_adapter_speaks_of()
    {
        using var scene = Usual().Adapter("model.layers.7.mlp.up_proj.lora_A.weight", [2, 1], [1, 1]).Adapter("model.layers.7.mlp.up_proj.lora_B.weight", [1, 2], [1, 1]);
        var refusal = scene.Refusal();
        Assert.Contains("adapter_model.safetensors", refusal, StringComparison.Ordinal);
        Assert.Contains("'model.layers.7.mlp.up_proj.weight'", refusal, StringComparison.Ordinal);
        Assert.Contains("'hub/base' by its adapter_config.json", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_bases_shape_is_named_with_both_shapes()
    {
        using var scene = new AdapterScene().Base(Module + ".weight", [3, 5], new float[15])
            .Adapter(Module + ".lora_A.weight", [2, 4], new float[8]).Adapter(Module + ".lora_B.weight", [3, 2], new float[6]);
        Assert.Contains("3 outputs and 4 inputs, but 'model.layers.0.self_attn.q_proj.weight'", scene.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_resized_before_training_is_told_from_another_base()
    {
        using var scene = Usual().Base("model.embed_tokens.weight", [2, 1], [1, 2]).Adapter("model.embed_tokens.weight", [3, 1], [1, 2, 3]);
        Assert.Contains("the vocabulary was resized", scene.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tied_head_is_not_changed_apart_from_its_embedding()
    {
        using var head = Usual().SetBase("tie_word_embeddings", true).Base("model.embed_tokens.weight", [2, 4], new float[8])
            .Adapter("lm_head.lora_A.weight", [2, 4], new float[8]).Adapter("lm_head.lora_B.weight", [2, 2], new float[4]);
        Assert.Contains("is the embedding itself", head.Refusal(), StringComparison.Ordinal);

        using var embedding = Usual().SetBase("tie_word_embeddings", true).Base("model.embed_tokens.weight", [2, 4], new float[8])
            .Adapter("model.embed_tokens.weight", [2, 4], new float[8]);
        Assert.Contains("and not the head", embedding.Refusal(), StringComparison.Ordinal);
        embedding.Adapter("lm_head.weight", [2, 4], new float[8]);
        Assert.NotNull(embedding.Open().Find("model.embed_tokens.weight"));
    }

    [Fact]
    public void A_quantised_base_takes_no_adapter()
    {
        using var scene = Usual();
        scene.WriteAdapter();
        Directory.CreateDirectory(scene.Folder["base"]);
        scene.Folder.Write("base/config.json", scene.BaseConfig.ToJsonString());
        scene.Folder.Write("base/model.safetensors", SafetensorsBytes.Of($$$"""{"{{{Module}}}.weight":{"dtype":"I8","shape":[3,4],"data_offsets":[0,12]}}""", new byte[12]));
        using var model = Evo.Checkpoints.Models.ModelFolder.Open(scene.Folder["base"]);
        using var adapter = AdapterFolder.Open(scene.Folder["adapter"]);
        var problem = Assert.Throws<CheckpointException>(() => AdaptedModel.Of(model, adapter));
        Assert.Contains("a quantised base", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pickled_weights_are_refused_with_the_way_out()
    {
        using var scene = Usual();
        var folder = scene.WriteAdapter();
        File.Move(Path.Combine(folder, "adapter_model.safetensors"), Path.Combine(folder, "adapter_model.bin"));
        var problem = Assert.Throws<CheckpointException>(() => AdapterFolder.Open(folder));
        Assert.Contains("safe_serialization=True", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_no_adapter_is_called_so()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("it is no adapter", Assert.Throws<CheckpointException>(() => AdapterFolder.Open(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("no such folder", Assert.Throws<CheckpointException>(() => AdapterFolder.Open(folder["none"])).Message, StringComparison.Ordinal);
    }

    /// <summary>Mutations of configuration and weights: a model of finite memory, or a <see cref="CheckpointException"/>.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_mutated_adapter_opens_or_is_refused(int seed)
    {
        string[] pieces = ["{", "}", "\"r\":", "1e9", "-1", "9999999999999", "null", "[", "]", "\"(a*)*b\"", "lora_A", "lora_", ".", "weight", "\"", "F64", "\\ud800", "2", "true"];
        using var scene = Usual().Set("rank_pattern", new JsonObject { ["q_.*"] = 2 });
        var config = Encoding.UTF8.GetBytes(scene.Config.ToJsonString());
        var folder = scene.WriteAdapter();
        var weights = File.ReadAllBytes(Path.Combine(folder, "adapter_model.safetensors"));
        scene.Open();
        var random = new Random(seed);
        int opened = 0, refused = 0;
        for (var trial = 0; trial < 400; trial++)
        {
            File.WriteAllBytes(Path.Combine(folder, "adapter_config.json"), trial % 2 == 0 ? Mutated(config) : config);
            File.WriteAllBytes(Path.Combine(folder, "adapter_model.safetensors"), trial % 2 == 1 ? Mutated(weights) : weights);
            try
            {
                using var model = Evo.Checkpoints.Models.ModelFolder.Open(scene.Folder["base"]);
                using var adapter = AdapterFolder.Open(folder);
                if (AdaptedModel.Of(model, adapter).Find(Module + ".weight") is { } data)
                    data.ReadFloats(0, new float[12]);
                opened++;
            }
            catch (CheckpointException)
            {
                refused++;
            }
        }

        Assert.True(opened > 5 && refused > 100, $"{opened} opened, {refused} refused");

        byte[] Mutated(byte[] whole)
        {
            var bytes = whole.ToList();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(3))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                        break;
                    default:
                        bytes.InsertRange(at, Encoding.UTF8.GetBytes(pieces[random.Next(pieces.Length)]));
                        break;
                }

                if (bytes.Count == 0)
                    break;
            }

            return [.. bytes];
        }
    }
}
