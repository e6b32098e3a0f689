using System.Text.Json.Nodes;

namespace Evo.Merging.Experts;

/// <summary>
/// What Transformers takes for settings that a configuration leaves out, by model type: written out before the type changes, because the mixture's type takes
/// other values (Mixtral's rope_theta is 1,000,000, Llama's 10,000).
/// </summary>
internal static class TypeDefaults
{
    public static void Fill(JsonObject config, string modelType)
    {
        if (config["rope_parameters"] is null)
            Set(config, "rope_theta", 10000.0);
        Set(config, "rms_norm_eps", 1e-6);
        Set(config, "hidden_act", "silu");
        Set(config, "tie_word_embeddings", false);
        var heads = config["num_attention_heads"]?.DeepClone();
        switch (modelType)
        {
            case "llama":
                Set(config, "num_key_value_heads", heads);
                Set(config, "max_position_embeddings", 2048);
                break;
            case "mistral":
                Set(config, "num_key_value_heads", 8);
                Set(config, "max_position_embeddings", 131072);
                break;
            default: // Qwen 2 and 3
                Set(config, "num_key_value_heads", 32);
                Set(config, "max_position_embeddings", 32768);
                break;
        }

        if (modelType == "qwen3")
            Set(config, "head_dim", 128);
    }

    private static void Set(JsonObject config, string key, JsonNode? value)
    {
        if (config[key] is null)
            config[key] = value;
    }
}
