using System.Text.Json.Nodes;
using Evo.Checkpoints;
using Evo.Checkpoints.Models;

namespace Evo.Inference.Graphs;

/// <summary>
/// Fields of <c>config.json</c> that change a model's numbers and that the decoder graph does not compute, with the values at which they change nothing.
/// A field that stands at another value is refused by name: a score of a model that is not quite the user's is worse than none.
/// </summary>
internal static class UnsupportedFields
{
    private static readonly (string Field, string[] Neutral)[] Fields =
    [
        ("hidden_act", ["\"silu\"", "\"swish\""]),
        ("partial_rotary_factor", ["1"]),
        ("quantization_config", []),
        ("attn_logit_softcapping", []),
        ("final_logit_softcapping", []),
        ("query_pre_attn_scalar", []),
        ("attention_multiplier", []),
        ("embedding_multiplier", ["1"]),
        ("residual_multiplier", ["1"]),
        ("logits_scaling", ["1"]),
        ("logit_scale", ["1"]),
        ("scale_emb", ["1"]),
        ("scale_depth", []),
        ("dim_model_base", []),
        ("clip_qkv", []),
        ("use_qk_norm", ["false"]),
        ("qk_layernorm", ["false"]),
        ("no_rope_layers", ["[]"]),
        ("no_rope_layer_interval", ["0"]),
        ("attention_chunk_size", []),
        ("attn_temperature_tuning", ["false", "0"]),
        ("num_experts", ["0"]),
        ("num_local_experts", ["0"]),
        ("alibi", ["false"]),
        ("use_alibi", ["false"]),
        ("rope_interleaved", ["false"]),
        ("use_parallel_residual", ["false"]),
        ("is_encoder_decoder", ["false"]),
        ("add_cross_attention", ["false"]),
    ];

    public static void Refuse(ModelConfig config)
    {
        foreach (var (field, neutral) in Fields)
        {
            var value = config.Json[field] ?? (config.Json["text_config"] as JsonObject)?[field];
            if (value is null || neutral.Any(expected => Same(value, expected)))
                continue;
            var allowed = neutral.Length == 0 ? "leave it out" : $"supported: {string.Join(", ", neutral)}";
            throw new CheckpointException(config.Path, $"'{field}' is {Shortened(value.ToJsonString())}, which in-process inference does not compute ({allowed}).");
        }

        if (config.ModelType is "mistral" or "qwen2" && config.Flag("attention_bias", false))
            throw new CheckpointException(config.Path, $"'attention_bias' is true, which model type '{config.ModelType}' does not have.");
    }

    private static bool Same(JsonNode value, string expected) => JsonNode.DeepEquals(value, JsonNode.Parse(expected));

    private static string Shortened(string text) => text.Length <= 60 ? text : text[..60] + "...";
}
