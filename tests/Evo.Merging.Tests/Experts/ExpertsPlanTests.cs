using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;
using Evo.Merging.Engines;
using Evo.Merging.Experts;
using Evo.Merging.Tests.Fixtures;
using static Evo.Merging.Tests.Fixtures.ExpertScene;

namespace Evo.Merging.Tests.Experts;

/// <summary>Mixtures of experts from dense models: layouts, routers, what is shared.</summary>
public sealed class ExpertsPlanTests
{
    private const string Two = "base_model: base\ngate_mode: random\nseed: 3\nexperts:\n  - source_model: one\n  - source_model: two\n";

    [Fact]
    public void Mixtral_has_the_bases_attention_and_each_models_feed_forward_part()
    {
        using var scene = Models();
        var merged = scene.Merge(Two);
        Assert.Equal(Values(1, 21, 16), merged["model.layers.1.self_attn.q_proj.weight"]);
        Assert.Equal(Values(1, 1, 20), merged[Names.Embedding]);
        Assert.Equal(Values(2, 50, 24), merged["model.layers.0.block_sparse_moe.experts.0.w1.weight"]);
        Assert.Equal(Values(3, 71, 24), merged["model.layers.1.block_sparse_moe.experts.1.w2.weight"]);
        Assert.Equal(Values(3, 61, 24), merged["model.layers.1.block_sparse_moe.experts.1.w3.weight"]);
        Assert.Equal(8, merged["model.layers.0.block_sparse_moe.gate.weight"].Length);
        Assert.DoesNotContain(merged.Keys, name => name.Contains(".mlp.", StringComparison.Ordinal));
        Assert.Equal(3 + (Layers * (3 + 6 + 1)), merged.Count);
    }

    [Fact]
    public void Its_folder_has_the_configuration_the_tensors_and_the_recipe()
    {
        using var scene = Models();
        var folder = Path.Combine(scene.Folder, "mixture");
        FolderMerge.Write(scene.Plan(Two + "dtype: bfloat16\nexperts_per_token: 1\n"), folder);
        using var written = ModelFolder.Open(folder);
        Assert.Equal(("mixtral", "MixtralForCausalLM"), (written.Config.ModelType, written.Config.Architecture));
        Assert.Equal((2, 1), (written.Config.Integer("num_local_experts"), written.Config.Integer("num_experts_per_tok")));
        Assert.Equal("bfloat16", written.Config.TorchDtype);
        Assert.All(written.Tensors, tensor => Assert.Equal(ElementType.BF16, tensor.Type));
        Assert.Contains("source_model: two", File.ReadAllText(Path.Combine(folder, "mergekit_moe_config.yml")), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "mergekit_config.yml")));
    }

    [Fact]
    public void Settings_that_the_base_leaves_out_are_written_as_its_type_means_them()
    {
        using var scene = Models();
        var config = scene.Plan(Two).OutputConfig; // Mixtral's own would be 1,000,000, 1e-5 and 8
        Assert.Equal((10000.0, 1e-6, 2), ((double)config["rope_theta"]!, (double)config["rms_norm_eps"]!, (int)config["num_key_value_heads"]!));
    }

    [Fact]
    public void All_experts_equal_is_the_dense_model_whatever_the_router()
    {
        using var scene = Models();
        var merged = scene.Merge("{base_model: one, gate_mode: random, experts: [{source_model: one}, {source_model: one}, {source_model: one}]}");
        double[] x = [0.3, -1.2, 0.7, 2];
        for (var layer = 0; layer < Layers; layer++)
            Same(
                ReferenceExperts.Dense(Values(2, 50 + layer, 24), Values(2, 60 + layer, 24), Values(2, 70 + layer, 24), x),
                ReferenceExperts.Mixture(Experts(merged, layer, 3), merged[$"model.layers.{layer}.block_sparse_moe.gate.weight"], null, 2, renormalise: true, x));
    }

    [Fact]
    public void A_router_row_decides_who_answers()
    {
        using var scene = Models();
        var prompts = new ScenePrompts();
        var merged = scene.Merge("{base_model: base, gate_mode: cheap_embed, experts_per_token: 1, experts: [{source_model: one, positive_prompts: [a]}, {source_model: two, positive_prompts: [b]}]}", prompts);
        var embedding = Values(1, 1, 20);
        double[] x = [.. embedding[4..8].Select(value => (double)value)]; // token 1 is prompt a
        var expected = ReferenceExperts.Dense(Values(2, 50, 24), Values(2, 60, 24), Values(2, 70, 24), x);
        Same(expected, ReferenceExperts.Mixture(Experts(merged, 0, 2), merged["model.layers.0.block_sparse_moe.gate.weight"], null, 1, renormalise: true, x));
    }

    [Fact]
    public void Cheap_embeddings_are_sums_of_token_embeddings_positive_less_negative_of_length_1()
    {
        using var scene = Models();
        var merged = scene.Merge(
            "{base_model: base, gate_mode: cheap_embed, experts: [{source_model: one, positive_prompts: [a, ab], negative_prompts: [c]}, {source_model: two, positive_prompts: [b]}]}", new ScenePrompts());
        var rows = Values(1, 1, 20).Chunk(Hidden).ToArray();
        // a = token 1, b = 2, c = 3; each prompt begins with token 0
        var positive = Unit([.. Enumerable.Range(0, Hidden).Select(i => (2.0 * rows[0][i]) + (2.0 * rows[1][i]) + rows[2][i])]);
        var negative = Unit([.. Enumerable.Range(0, Hidden).Select(i => (double)rows[0][i] + rows[3][i])]);
        var first = Unit([.. positive.Zip(negative, (x, y) => x - y)]);
        var second = Unit([.. Enumerable.Range(0, Hidden).Select(i => (double)rows[0][i] + rows[2][i])]);
        for (var layer = 0; layer < Layers; layer++)
            Near.Equal([.. first, .. second], merged[$"model.layers.{layer}.block_sparse_moe.gate.weight"], 1e-7);
    }

    [Theory]
    [InlineData("hidden", false)]
    [InlineData("hidden_avg", true)]
    public void Hidden_states_give_each_layer_its_own_rows(string mode, bool average)
    {
        using var scene = Models();
        var prompts = new ScenePrompts();
        var merged = scene.Merge(
            $"{{base_model: base, gate_mode: {mode}, experts: [{{source_model: one, positive_prompts: [a], negative_prompts: [c]}}, {{source_model: two, positive_prompts: [b]}}]}}", prompts);
        Assert.All(prompts.Averages, own => Assert.Equal(average, own));
        for (var layer = 0; layer < Layers; layer++)
        {
            var first = Unit([.. ScenePrompts.State("a", layer).Zip(ScenePrompts.State("c", layer), (x, y) => (double)x - y)]);
            var second = Unit([.. ScenePrompts.State("b", layer).Select(value => (double)value)]);
            Near.Equal([.. first, .. second], merged[$"model.layers.{layer}.block_sparse_moe.gate.weight"], 1e-7);
        }
    }

    [Fact]
    public void Random_routers_are_normal_or_uniform_numbers_of_their_seed()
    {
        using var scene = Models();
        var first = scene.Merge(Two);
        LargeScene.SameBits(first, scene.Merge(Two, workers: 3));
        Assert.NotEqual(first["model.layers.0.block_sparse_moe.gate.weight"], scene.Merge(Two.Replace("seed: 3", "seed: 4", StringComparison.Ordinal))["model.layers.0.block_sparse_moe.gate.weight"]);
        Assert.NotEqual(first["model.layers.0.block_sparse_moe.gate.weight"], first["model.layers.1.block_sparse_moe.gate.weight"]);
        var uniform = scene.Merge(Two.Replace("random", "uniform_random", StringComparison.Ordinal))["model.layers.0.block_sparse_moe.gate.weight"];
        Assert.All(uniform, value => Assert.InRange(Math.Abs(value), 0, 0.5f)); // 1 / sqrt 4

        double[] many = [.. Enumerable.Range(0, 20_000).Select(i => NormalNumbers.At(new Evo.Merging.Methods.Kernels.MaskKey(1, 2), i))];
        Assert.InRange(many.Average(), -0.03, 0.03);
        Assert.InRange(many.Average(value => value * value), 0.95, 1.05);
    }

    [Fact]
    public void Residual_scale_weakens_an_expert_and_noise_moves_it()
    {
        using var scene = Models();
        var merged = scene.Merge("{base_model: base, gate_mode: random, experts: [{source_model: one, residual_scale: 0.25}, {source_model: one, noise_scale: 0.01}]}");
        Assert.Equal([.. Values(2, 70, 24).Select(value => value * 0.25f)], merged["model.layers.0.block_sparse_moe.experts.0.w2.weight"]);
        Assert.Equal(Values(2, 50, 24), merged["model.layers.0.block_sparse_moe.experts.0.w1.weight"]);
        var noise = merged["model.layers.0.block_sparse_moe.experts.1.w1.weight"].Zip(Values(2, 50, 24), (x, y) => x - y).ToArray();
        Assert.All(noise, value => Assert.InRange(Math.Abs(value), 1e-9f, 0.06f));
    }

    [Fact]
    public void Qwen_has_a_gated_shared_expert_and_attention_biases()
    {
        using var scene = Models();
        var yaml = "{base_model: base, gate_mode: random, architecture: qwen, experts: [{source_model: one}, {source_model: two}], shared_experts: [{source_model: two, residual_scale: 0.5}]}";
        var merged = scene.Merge(yaml);
        Assert.Equal(Values(2, 50, 24), merged["model.layers.0.mlp.experts.0.gate_proj.weight"]);
        Assert.Equal([.. Values(3, 71, 24).Select(value => value * 0.5f)], merged["model.layers.1.mlp.shared_expert.down_proj.weight"]);
        Assert.Equal(Hidden, merged["model.layers.0.mlp.shared_expert_gate.weight"].Length);
        Assert.Equal(new float[2], merged["model.layers.0.self_attn.v_proj.bias"]);
        var config = scene.Plan(yaml).OutputConfig;
        Assert.Equal("""["Qwen2MoeForCausalLM"]""", config["architectures"]!.ToJsonString());
        Assert.Equal((Inner, Inner, true), ((int)config["moe_intermediate_size"]!, (int)config["shared_expert_intermediate_size"]!, (bool)config["norm_topk_prob"]!));
    }

    [Theory]
    [InlineData("deepseek", "llama", "deepseek", "n_routed_experts")]
    [InlineData("qwen3", "qwen3", "qwen3_moe", "num_experts")]
    public void Other_layouts_are_asked_for_by_the_beginning_of_their_names(string architecture, string type, string modelType, string count)
    {
        using var scene = new ExpertScene().Dense("base", 1, type).Dense("one", 2, type).Dense("two", 3, type);
        var plan = scene.Plan(Two + $"architecture: {architecture}\n");
        Assert.Equal(modelType, (string?)plan.OutputConfig["model_type"]);
        Assert.Equal(2, (int)plan.OutputConfig[count]!);
        Assert.NotNull(plan.Layout.Find("model.layers.1.mlp.experts.1.down_proj.weight"));
        Assert.NotNull(plan.Layout.Find("model.layers.1.mlp.gate.weight"));
    }

    [Fact]
    public void Shared_parts_can_be_a_merge_of_the_experts()
    {
        using var scene = Models();
        var merged = scene.Merge(Two + "shared_parts:\n  merge_method: task_arithmetic\n  base_model: base\n  models:\n    - {model: one, parameters: {weight: 0.5}}\n    - {model: two, parameters: {weight: 0.25}}\n");
        var expected = Values(1, 20, 16).Select((value, i) => value + (0.5 * (Values(2, 20, 16)[i] - (double)value)) + (0.25 * (Values(3, 20, 16)[i] - (double)value))).ToArray();
        Near.Equal(expected, merged["model.layers.0.self_attn.q_proj.weight"], 1e-6);
        Assert.Equal(Values(2, 50, 24), merged["model.layers.0.block_sparse_moe.experts.0.w1.weight"]);
    }

    [Fact]
    public void The_number_of_experts_a_token_is_part_of_the_identity()
    {
        using var scene = Models();
        Assert.Equal(scene.Plan(Two).ContentId, scene.Plan(Two).ContentId);
        Assert.NotEqual(scene.Plan(Two).ContentId, scene.Plan(Two + "experts_per_token: 1\n").ContentId);
        Assert.NotEqual(scene.Plan(Two).ContentId, scene.Plan(Two.Replace("seed: 3", "seed: 4", StringComparison.Ordinal)).ContentId);
    }

    [Theory]
    [InlineData("{base_model: base, experts: [{source_model: one}, {source_model: two}]}", "has no 'positive_prompts'")]
    [InlineData("{base_model: base, experts: [{source_model: one, positive_prompts: [a]}, {source_model: two, positive_prompts: [a]}]}", "same prompts")]
    [InlineData("{base_model: base, experts: [{source_model: one, positive_prompts: [a]}, {source_model: one, positive_prompts: [b]}]}", "the same model")]
    [InlineData("{base_model: base, experts: [{source_model: one, positive_prompts: [a]}, {source_model: two, positive_prompts: [b]}]}", "nothing here that runs models")]
    [InlineData("{base_model: base, gate_mode: randon, experts: [{source_model: one}]}", "did you mean 'random'")]
    [InlineData("{base_model: base, gate_mode: random, experts_per_token: 3, experts: [{source_model: one}, {source_model: two}]}", "'experts_per_token' is 3")]
    [InlineData("{base_model: base, gate_mode: random, experts: [{source_model: one, weight: 1}]}", "moe.yaml:1:")]
    [InlineData("{gate_mode: random, experts: [{source_model: one}]}", "'base_model' is missing")]
    [InlineData("{base_model: base, gate_mode: random, architecture: gpt, experts: [{source_model: one}]}", "no architecture begins with 'gpt'")]
    [InlineData("{base_model: base, gate_mode: random, architecture: mixtral, experts: [{source_model: one}], shared_experts: [{source_model: two}]}", "Mixtral has no shared expert")]
    [InlineData("{base_model: base, gate_mode: random, experts: [{source_model: wide}]}", "experts must be of one size")]
    [InlineData("{base_model: base, gate_mode: random, experts: [{source_model: biased}]}", "all models must be of one type")]
    [InlineData("{base_model: llama-biased, gate_mode: random, experts: [{source_model: one}]}", "Mixtral has no such bias")]
    [InlineData("{base_model: base, gate_mode: random, experts: [{source_model: one, router_bias: 1}]}", "must be 0 or below")]
    public void What_cannot_be_put_together_is_refused(string yaml, string says)
    {
        using var scene = Models().Dense("wide", 4, inner: 8).Dense("biased", 5, "qwen2", biases: true).Dense("llama-biased", 6, biases: true);
        var problem = Assert.Throws<RecipeException>(() => scene.Plan(yaml));
        Assert.Contains(says, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_recipes_are_not_taken_for_mixtures() =>
        Assert.Null(ExpertsRecipeReader.TryRead("{merge_method: linear, models: [{model: a}]}", "recipe.yaml"));

    private static ExpertScene Models() => new ExpertScene().Dense("base", 1).Dense("one", 2).Dense("two", 3);

    private static (float[] Gate, float[] Up, float[] Down)[] Experts(Dictionary<string, float[]> merged, int layer, int count) =>
        [.. Enumerable.Range(0, count).Select(expert => $"model.layers.{layer}.block_sparse_moe.experts.{expert}.")
            .Select(prefix => (merged[prefix + "w1.weight"], merged[prefix + "w3.weight"], merged[prefix + "w2.weight"]))];

    private static void Same(double[] expected, double[] actual)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-12);
    }

    private static double[] Unit(double[] vector) => [.. vector.Select(value => value / Math.Sqrt(vector.Sum(other => other * other)))];

    /// <summary>Letters are tokens (a = 1, b = 2, ...) after a token 0; hidden states are made up.</summary>
    private sealed class ScenePrompts : IPromptStates
    {
        public List<bool> Averages { get; } = [];

        public static float[] State(string prompt, int layer) => Values(prompt[0], layer, Hidden);

        public ImmutableArray<int> Tokens(string prompt) => [0, .. prompt.Select(letter => letter - 'a' + 1)];

        public float[][] HiddenStates(IReadOnlyList<string> prompts, bool average)
        {
            Averages.Add(average);
            return [.. Enumerable.Range(0, Layers).Select(layer => State(prompts[0], layer))];
        }
    }
}
