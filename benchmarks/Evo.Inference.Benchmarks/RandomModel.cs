using System.Text.Json.Nodes;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;

namespace Evo.Inference.Benchmarks;

/// <summary>A Llama of 14.5 million random parameters (8 layers of 384, 6 heads over 3, tied head of 4,096 tokens), for sizes between the family and real models.</summary>
internal static class RandomModel
{
    private const int Layers = 8, Hidden = 384, Intermediate = 1024, Heads = 6, Groups = 3, HeadSize = 64, Vocabulary = 4096;

    public static string Write(string folder)
    {
        var tensors = new List<TensorInfo> { Tensor("model.embed_tokens", Vocabulary, Hidden), Tensor("model.norm", Hidden) };
        for (var layer = 0; layer < Layers; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            tensors.AddRange(
            [
                Tensor(prefix + "input_layernorm", Hidden), Tensor(prefix + "post_attention_layernorm", Hidden),
                Tensor(prefix + "self_attn.q_proj", Heads * HeadSize, Hidden), Tensor(prefix + "self_attn.k_proj", Groups * HeadSize, Hidden),
                Tensor(prefix + "self_attn.v_proj", Groups * HeadSize, Hidden), Tensor(prefix + "self_attn.o_proj", Hidden, Heads * HeadSize),
                Tensor(prefix + "mlp.gate_proj", Intermediate, Hidden), Tensor(prefix + "mlp.up_proj", Intermediate, Hidden),
                Tensor(prefix + "mlp.down_proj", Hidden, Intermediate),
            ]);
        }

        var config = new JsonObject
        {
            ["model_type"] = "llama", ["architectures"] = new JsonArray("LlamaForCausalLM"), ["hidden_act"] = "silu", ["rms_norm_eps"] = 1e-5,
            ["num_hidden_layers"] = Layers, ["hidden_size"] = Hidden, ["intermediate_size"] = Intermediate, ["num_attention_heads"] = Heads,
            ["num_key_value_heads"] = Groups, ["head_dim"] = HeadSize, ["vocab_size"] = Vocabulary, ["max_position_embeddings"] = 512,
            ["rope_theta"] = 10000.0, ["tie_word_embeddings"] = true, ["torch_dtype"] = "float32",
        };
        using var writer = ModelFolderWriter.Create(folder, config, tensors);
        var random = new Random(20261122);
        foreach (var tensor in tensors)
        {
            var values = new float[tensor.ElementCount];
            var scale = 1 / MathF.Sqrt(tensor.Shape[^1]);
            foreach (ref var value in values.AsSpan())
                value = tensor.Shape.Length == 1 ? 1 : scale * MathF.Sqrt(3) * ((2 * random.NextSingle()) - 1);
            writer.WriteFloats(tensor.Name, values);
        }

        writer.Complete();
        return folder;
    }

    private static TensorInfo Tensor(string module, params long[] shape) => new(module + ".weight", ElementType.F32, [.. shape]);
}
