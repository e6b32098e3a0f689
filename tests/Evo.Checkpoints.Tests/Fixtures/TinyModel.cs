using System.Text.Json.Nodes;

namespace Evo.Checkpoints.Tests.Fixtures;

/// <summary>The smallest folder that is a model: a configuration, a tokenizer and two float32 tensors.</summary>
internal static class TinyModel
{
    public const string Config =
        """{"architectures":["LlamaForCausalLM"],"model_type":"llama","num_hidden_layers":1,"vocab_size":2,"rms_norm_eps":1e-05,"tie_word_embeddings":false}""";

    public static JsonObject ConfigJson => JsonNode.Parse(Config)!.AsObject();

    public static (string Name, float[] Values) Embedding => ("model.embed_tokens.weight", [1, 2]);

    public static (string Name, float[] Values) Head => ("lm_head.weight", [3, 4]);

    /// <summary>Writes the folder and returns its path.</summary>
    public static string In(string folder, string config = Config, params (string Name, float[] Values)[] tensors)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), config);
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), "{}");
        File.WriteAllBytes(
            Path.Combine(folder, "model.safetensors"), SafetensorsBytes.OfFloats(tensors.Length > 0 ? tensors : [Embedding, Head]));
        return folder;
    }
}
