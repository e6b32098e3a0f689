using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Benchmarks;

/// <summary>A base and fine-tunes of random numbers, in the shapes of a decoder of the given width and depth, stored in bf16.</summary>
internal static class SyntheticParents
{
    public static void Write(string folder, int models, int width, int layers, int vocabulary)
    {
        var tensors = Tensors(width, layers, vocabulary);
        var random = new Random(1);
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray("LlamaForCausalLM"), ["model_type"] = "llama", ["num_hidden_layers"] = layers, ["vocab_size"] = vocabulary,
            ["hidden_size"] = width, ["tie_word_embeddings"] = true,
        };
        var writers = Enumerable.Range(0, models).Select(model =>
            ModelFolderWriter.Create(Path.Combine(folder, $"m{model}"), (JsonObject)config.DeepClone(), tensors)).ToArray();
        foreach (var tensor in tensors)
        {
            var start = Normal(random, tensor.ElementCount, 0.02f);
            writers[0].WriteFloats(tensor.Name, start);
            for (var model = 1; model < models; model++)
            {
                var tuned = Normal(random, tensor.ElementCount, 0.001f);
                TensorPrimitives.Add(start, tuned, tuned);
                writers[model].WriteFloats(tensor.Name, tuned);
            }
        }

        foreach (var writer in writers)
        {
            writer.Complete();
            writer.Dispose();
        }
    }

    private static List<TensorInfo> Tensors(int width, int layers, int vocabulary)
    {
        List<TensorInfo> tensors = [Matrix("model.embed_tokens.weight", vocabulary, width), Vector("model.norm.weight", width)];
        for (var layer = 0; layer < layers; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            foreach (var part in new[] { "q_proj", "k_proj", "v_proj", "o_proj" })
                tensors.Add(Matrix($"{prefix}self_attn.{part}.weight", width, width));
            tensors.AddRange(
            [
                Matrix($"{prefix}mlp.gate_proj.weight", 3 * width, width), Matrix($"{prefix}mlp.up_proj.weight", 3 * width, width),
                Matrix($"{prefix}mlp.down_proj.weight", width, 3 * width), Vector($"{prefix}input_layernorm.weight", width),
            ]);
        }

        return tensors;
    }

    private static TensorInfo Matrix(string name, long rows, long columns) => new(name, ElementType.BF16, [rows, columns]);

    private static TensorInfo Vector(string name, long length) => new(name, ElementType.BF16, [length]);

    /// <summary>The sum of four bytes, centred: near enough to normal, and a billion of them are drawn.</summary>
    private static float[] Normal(Random random, long count, float deviation)
    {
        var bytes = new byte[4 * count];
        random.NextBytes(bytes);
        var values = new float[count];
        var scale = deviation / 147.8f;
        for (var i = 0; i < values.Length; i++)
            values[i] = scale * (bytes[4 * i] + bytes[(4 * i) + 1] + bytes[(4 * i) + 2] + bytes[(4 * i) + 3] - 510 + (bytes[4 * i] / 256f));
        return values;
    }
}
