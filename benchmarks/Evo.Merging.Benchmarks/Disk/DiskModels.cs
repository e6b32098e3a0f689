using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Benchmarks.Disk;

/// <summary>
/// A Llama of 0.25 billion random parameters in bf16 and fine-tunes of it: small deltas on every weight, so that many are lost in the rounding to bf16 and
/// equal magnitudes abound, as in real fine-tunes. The same numbers on every machine.
/// </summary>
internal static class DiskModels
{
    private const int Width = 1024;
    private const int Inner = 2816;
    private const int KeyValueWidth = 256;
    private const int Layers = 16;
    private const int Vocabulary = 32000;
    private const int PieceLength = 1 << 20;
    private const float Deviation = 0.02f;
    private const float DeltaDeviation = 0.0006f;

    /// <summary>The folder name of a model: 0 is the base.</summary>
    public static string Name(int model) => string.Create(CultureInfo.InvariantCulture, $"m{model}");

    public static long ElementCount => Tensors().Sum(tensor => tensor.ElementCount);

    public static void Write(string folder, int models) =>
        Parallel.For(0, models, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, model => WriteModel(folder, model));

    private static void WriteModel(string folder, int model)
    {
        var tensors = Tensors();
        using var writer = ModelFolderWriter.Create(Path.Combine(folder, Name(model)), Config(), tensors);
        var values = new float[PieceLength];
        long drawn = 0;
        foreach (var tensor in tensors)
            for (long start = 0; start < tensor.ElementCount; start += PieceLength)
            {
                var piece = values.AsSpan(0, (int)Math.Min(PieceLength, tensor.ElementCount - start));
                piece.Fill(tensor.Shape.Length == 1 ? 1 : 0);
                AddNoise(piece, (uint)drawn, 0, Deviation);
                if (model > 0)
                    AddNoise(piece, (uint)drawn, (uint)model * 0x9E3779B9u, DeltaDeviation);
                writer.WriteFloats(tensor.Name, piece);
                drawn += piece.Length;
            }

        writer.Complete();
    }

    /// <summary>Adds sums of four uniform numbers, which are near enough to normal ones.</summary>
    private static void AddNoise(Span<float> values, uint start, uint stream, float deviation)
    {
        var scale = Vector512.Create(deviation / (65536 * 0.57735f));
        var vectors = MemoryMarshal.Cast<float, Vector512<float>>(values);
        for (var i = 0; i < vectors.Length; i++)
        {
            var counter = Vector512<uint>.Indices + Vector512.Create(start + (uint)(i * Vector512<uint>.Count));
            var first = Mix(counter ^ Vector512.Create(stream));
            var second = Mix(first + Vector512.Create(stream + 0x85EBCA6Bu));
            var low = Vector512.Create(0xFFFFu);
            var sum = (first & low) + (first >>> 16) + (second & low) + (second >>> 16);
            vectors[i] += (Vector512.ConvertToSingle(sum.AsInt32()) - Vector512.Create(4 * 32767.5f)) * scale;
        }
    }

    private static Vector512<uint> Mix(Vector512<uint> x)
    {
        x ^= x >>> 16;
        x *= Vector512.Create(0x7FEB352Du);
        x ^= x >>> 15;
        x *= Vector512.Create(0x846CA68Bu);
        return x ^ (x >>> 16);
    }

    private static List<TensorInfo> Tensors()
    {
        List<TensorInfo> tensors = [Matrix("model.embed_tokens.weight", Vocabulary, Width)];
        for (var layer = 0; layer < Layers; layer++)
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.");
            tensors.AddRange(
            [
                Vector($"{prefix}input_layernorm.weight", Width), Matrix($"{prefix}self_attn.q_proj.weight", Width, Width),
                Matrix($"{prefix}self_attn.k_proj.weight", KeyValueWidth, Width), Matrix($"{prefix}self_attn.v_proj.weight", KeyValueWidth, Width),
                Matrix($"{prefix}self_attn.o_proj.weight", Width, Width), Vector($"{prefix}post_attention_layernorm.weight", Width),
                Matrix($"{prefix}mlp.gate_proj.weight", Inner, Width), Matrix($"{prefix}mlp.up_proj.weight", Inner, Width),
                Matrix($"{prefix}mlp.down_proj.weight", Width, Inner),
            ]);
        }

        tensors.Add(Vector("model.norm.weight", Width));
        tensors.Add(Matrix("lm_head.weight", Vocabulary, Width));
        return tensors;
    }

    private static JsonObject Config() => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"), ["model_type"] = "llama", ["num_hidden_layers"] = Layers, ["vocab_size"] = Vocabulary,
        ["hidden_size"] = Width, ["intermediate_size"] = Inner, ["num_attention_heads"] = 16, ["num_key_value_heads"] = 4, ["head_dim"] = 64,
        ["max_position_embeddings"] = 2048, ["rms_norm_eps"] = 1e-5, ["hidden_act"] = "silu", ["tie_word_embeddings"] = false, ["torch_dtype"] = "bfloat16",
    };

    private static TensorInfo Matrix(string name, long rows, long columns) => new(name, ElementType.BF16, [rows, columns]);

    private static TensorInfo Vector(string name, long length) => new(name, ElementType.BF16, [length]);
}
