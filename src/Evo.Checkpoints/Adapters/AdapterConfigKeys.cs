using System.Text.Json;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Files;

namespace Evo.Checkpoints.Adapters;

/// <summary>
/// The keys of PEFT's LoRA configuration by what they mean for a merge. A key that is not known and says something is refused: it may be a variant of
/// LoRA that is newer than this list.
/// </summary>
internal static class AdapterConfigKeys
{
    /// <summary>Initialisations that change the base as well, so that the adapter alone does not tell the model.</summary>
    private static readonly string[] BaseChanging = ["pissa", "olora", "corda", "loftq", "lora_ga"];

    private static readonly HashSet<string> CarriedOut = new(StringComparer.Ordinal)
    {
        "peft_type", "base_model_name_or_path", "r", "lora_alpha", "use_rslora", "use_dora", "fan_in_fan_out", "ensure_weight_tying", "bias",
        "rank_pattern", "alpha_pattern", "modules_to_save", "lora_bias", "init_lora_weights",
    };

    /// <summary>Which modules (the tensors tell), how it was trained, how it is run.</summary>
    private static readonly HashSet<string> WithoutInfluence = new(StringComparer.Ordinal)
    {
        "target_modules", "exclude_modules", "layers_to_transform", "layers_pattern", "lora_dropout", "task_type", "inference_mode", "revision", "auto_mapping",
        "peft_version", "megatron_config", "megatron_core", "loftq_config", "eva_config", "corda_config", "lora_ga_config", "velora_config",
        "qalora_group_size", "runtime_config",
    };

    private static readonly Dictionary<string, string> NotMergeable = new(StringComparer.Ordinal)
    {
        ["alora_invocation_tokens"] = "the update is active on some tokens only (aLoRA), which no merged weight can be",
        ["arrow_config"] = "adapters are chosen token by token (Arrow), which no merged weight can do",
        ["layer_replication"] = "the adapter belongs to a stack with repeated layers; make that stack with 'slices' and train on it",
        ["target_parameters"] = "the adapter changes parameters of a mixture of experts that are no modules",
        ["trainable_token_indices"] = "single token embeddings were trained",
        ["use_qalora"] = "the update works on pooled inputs (QA-LoRA)",
        ["use_bdlora"] = "its factors are block-diagonal (BD-LoRA)",
        ["kasa_config"] = "the base is changed with it (KaSA)",
        ["monteclora_config"] = "its factors are drawn at random (MonteCLoRA)",
    };

    /// <exception cref="CheckpointException">A key stands for a variant that is not carried out.</exception>
    public static void Require(AdapterConfig config)
    {
        foreach (var (key, value) in config.Json)
        {
            if (CarriedOut.Contains(key) || WithoutInfluence.Contains(key) || SaysNothing(value))
                continue;
            throw config.Refusal(NotMergeable.TryGetValue(key, out var reason)
                ? $"'{key}': {reason}; this is not supported: merge the adapter where it was made, if it can be, and name that folder"
                : $"the key {Quoted.Name(key)} is not known, and may change what the adapter means; remove it if it does not");
        }

        if (config.Json["init_lora_weights"] is JsonValue start && start.TryGetValue<string>(out var name)
            && Array.Exists(BaseChanging, word => name.StartsWith(word, StringComparison.OrdinalIgnoreCase)))
            throw config.Refusal($"'init_lora_weights' is {Quoted.Name(name)}: this start also changed the base's weights, which the adapter does not hold; "
                + "save it with path_initial_model_for_weight_conversion, which makes it an ordinary LoRA adapter");
    }

    private static bool SaysNothing(JsonNode? value) => value switch
    {
        null => true,
        JsonArray items => items.Count == 0,
        JsonObject fields => fields.Count == 0,
        _ => value.GetValueKind() == JsonValueKind.False || (value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Length == 0),
    };
}
