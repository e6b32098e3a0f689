using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Evo.Merging.Experts;

/// <summary>The architectures that a mixture can be written in, as the published checkpoints of each spell them.</summary>
internal static class ExpertLayouts
{
    private const string Layer = "model.layers.{layer}.";
    private const string Weight = ".{part}.weight";

    private static readonly (string, string, string) Projections = ("gate_proj", "up_proj", "down_proj");

    /// <summary>In mergekit's order of preference.</summary>
    public static ImmutableArray<ExpertLayout> All { get; } =
    [
        new("Mixtral", ["llama", "mistral"], Layer + "block_sparse_moe.gate.weight", Layer + "block_sparse_moe.experts.{expert}" + Weight, ("w1", "w3", "w2"),
            null, null, 0, 0, [], NeedsBiases: false, Mixtral),
        new("DeepSeek MoE", ["llama", "mistral"], Layer + "mlp.gate.weight", Layer + "mlp.experts.{expert}" + Weight, Projections,
            Layer + "mlp.shared_experts" + Weight, null, 0, 1, [], NeedsBiases: false, DeepSeek),
        new("Qwen MoE", ["llama", "mistral", "qwen2"], Layer + "mlp.gate.weight", Layer + "mlp.experts.{expert}" + Weight, Projections,
            Layer + "mlp.shared_expert" + Weight, Layer + "mlp.shared_expert_gate.weight", 1, 1, ["q", "k", "v"], NeedsBiases: true, Qwen2),
        new("Qwen3 MoE", ["qwen3"], Layer + "mlp.gate.weight", Layer + "mlp.experts.{expert}" + Weight, Projections,
            null, null, 0, 0, ["q", "k", "v", "o"], NeedsBiases: false, Qwen3),
    ];

    /// <summary>The layout that a recipe asks for, or the first that can hold it.</summary>
    /// <exception cref="RecipeException">None can; the message says why each cannot.</exception>
    public static ExpertLayout For(ExpertsRecipe recipe, IReadOnlyCollection<string> modelTypes)
    {
        var asked = All.Where(layout => layout.Name.StartsWith(recipe.Architecture ?? "", StringComparison.OrdinalIgnoreCase)).ToArray();
        if (asked.Length == 0)
            throw recipe.Refuse($"no architecture begins with '{recipe.Architecture}'; there are {string.Join(", ", All.Select(layout => layout.Name))}, FlexOlmo");
        return Array.Find(asked, layout => layout.Objection(recipe, modelTypes) is null)
            ?? throw recipe.Refuse($"no architecture can hold these experts: {string.Join("; ", asked.Select(layout => layout.Objection(recipe, modelTypes)))}");
    }

    private static void Mixtral(JsonObject config, ExpertsRecipe recipe)
    {
        Name(config, "mixtral", "MixtralForCausalLM");
        config["num_local_experts"] = recipe.Experts.Length;
        config["num_experts_per_tok"] = PerToken(recipe);
        config["sliding_window"] = null;
    }

    private static void DeepSeek(JsonObject config, ExpertsRecipe recipe)
    {
        Name(config, "deepseek", "DeepseekForCausalLM");
        config["n_routed_experts"] = recipe.Experts.Length;
        config["n_shared_experts"] = recipe.SharedExperts.IsEmpty ? null : recipe.SharedExperts.Length;
        config["num_experts_per_tok"] = recipe.ExpertsPerToken is null && !recipe.SharedExperts.IsEmpty ? 1 : PerToken(recipe);
        config["first_k_dense_replace"] = 0;
        config["moe_layer_freq"] = 1;
        config["scoring_func"] = "softmax";
        config["norm_topk_prob"] = true;
        config["moe_intermediate_size"] = config["intermediate_size"]?.DeepClone();
        const string Code = "deepseek-ai/deepseek-moe-16b-base--";
        config["auto_map"] = new JsonObject
        {
            ["AutoConfig"] = Code + "configuration_deepseek.DeepseekConfig",
            ["AutoModel"] = Code + "modeling_deepseek.DeepseekModel",
            ["AutoModelForCausalLM"] = Code + "modeling_deepseek.DeepseekForCausalLM",
        };
    }

    private static void Qwen2(JsonObject config, ExpertsRecipe recipe)
    {
        Name(config, "qwen2_moe", "Qwen2MoeForCausalLM");
        Qwen(config, recipe);
        config["shared_expert_intermediate_size"] = config["intermediate_size"]?.DeepClone();
        config["sliding_window"] = null;
        config["use_sliding_window"] = false;
    }

    private static void Qwen3(JsonObject config, ExpertsRecipe recipe)
    {
        Name(config, "qwen3_moe", "Qwen3MoeForCausalLM");
        Qwen(config, recipe);
        config["mlp_only_layers"] = new JsonArray();
    }

    private static void Qwen(JsonObject config, ExpertsRecipe recipe)
    {
        config["num_experts"] = recipe.Experts.Length;
        config["num_experts_per_tok"] = PerToken(recipe);
        config["decoder_sparse_step"] = 1;
        config["norm_topk_prob"] = true;
        config["moe_intermediate_size"] = config["intermediate_size"]?.DeepClone();
    }

    private static int PerToken(ExpertsRecipe recipe) => Math.Min(recipe.ExpertsPerToken ?? 2, recipe.Experts.Length);

    private static void Name(JsonObject config, string modelType, string architecture)
    {
        config["model_type"] = modelType;
        config["architectures"] = new JsonArray(architecture);
    }
}
