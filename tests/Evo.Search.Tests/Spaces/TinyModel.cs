using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace Evo.Search.Tests.Spaces;

/// <summary>Writes model folders with all tensors of a Qwen3-like decoder, each 2×2 or 2, every element the same.</summary>
internal static class TinyModel
{
    public static string[] TensorNames(int layers, bool tied)
    {
        var names = new List<string> { "model.embed_tokens.weight", "model.norm.weight" };
        if (!tied)
            names.Add("lm_head.weight");
        for (var layer = 0; layer < layers; layer++)
        {
            names.AddRange(from part in (string[])["q_proj", "k_proj", "v_proj", "o_proj", "q_norm", "k_norm"] select $"model.layers.{layer}.self_attn.{part}.weight");
            names.AddRange(from part in (string[])["gate_proj", "up_proj", "down_proj"] select $"model.layers.{layer}.mlp.{part}.weight");
            names.AddRange(from part in (string[])["input_layernorm", "post_attention_layernorm"] select $"model.layers.{layer}.{part}.weight");
        }

        return [.. names];
    }

    public static void Write(string folder, int layers, bool tied, float value)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), $$"""
            {"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "hidden_size": 2, "intermediate_size": 2, "num_hidden_layers": {{layers}},
             "num_attention_heads": 1, "num_key_value_heads": 1, "vocab_size": 2, "tie_word_embeddings": {{(tied ? "true" : "false")}}, "torch_dtype": "float32"}
            """);

        var element = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(element, value);
        var header = new JsonObject();
        var data = new List<byte>();
        foreach (var name in TensorNames(layers, tied))
        {
            int[] shape = name.Contains("norm", StringComparison.Ordinal) ? [2] : [2, 2];
            var start = data.Count;
            for (var i = 0; i < shape.Aggregate(1, (a, b) => a * b); i++)
                data.AddRange(element);
            header[name] = new JsonObject
            {
                ["dtype"] = "F32",
                ["shape"] = new JsonArray([.. shape.Select(extent => (JsonNode)extent)]),
                ["data_offsets"] = new JsonArray(start, data.Count),
            };
        }

        var text = Encoding.UTF8.GetBytes(header.ToJsonString());
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), [.. length, .. text, .. data]);
    }
}
