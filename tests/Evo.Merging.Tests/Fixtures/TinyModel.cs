using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Tests.Fixtures;

/// <summary>A model of a few numbers: tensors and a config.json, written as a Hugging Face folder.</summary>
internal sealed class TinyModel
{
    private readonly List<(string Name, ElementType Type, long[] Shape, byte[] Bytes)> _tensors = [];

    public JsonObject Config { get; } = new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["hidden_size"] = 2,
        ["num_attention_heads"] = 1,
        ["num_hidden_layers"] = 1,
        ["vocab_size"] = 3,
        ["tie_word_embeddings"] = true,
        ["torch_dtype"] = "float32",
    };

    public string? Tokenizer { get; set; }

    /// <summary>One layer with one matrix.</summary>
    public static TinyModel OfMatrix(int rows, int columns, params float[] values) => new TinyModel().With(Names.Up(0), [rows, columns], values);

    /// <summary>One layer with one vector.</summary>
    public static TinyModel OfVector(params float[] values) => new TinyModel().With(Names.Norm(0), [values.Length], values);

    public TinyModel With(string name, long[] shape, float[] values, ElementType type = ElementType.F32)
    {
        var bytes = new byte[values.Length * type.ByteSize()];
        Floats.FromSingle(values, type, bytes);
        _tensors.Add((name, type, shape, bytes));
        return this;
    }

    public TinyModel WithRaw(string name, long[] shape, byte[] bytes, ElementType type)
    {
        _tensors.Add((name, type, shape, bytes));
        return this;
    }

    public TinyModel Set(string key, JsonNode? value)
    {
        Config[key] = value;
        return this;
    }

    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), Config.ToJsonString());
        if (Tokenizer is not null)
            File.WriteAllText(Path.Combine(folder, "tokenizer.json"), Tokenizer);
        var header = new JsonObject();
        long offset = 0;
        foreach (var (name, type, shape, bytes) in _tensors)
        {
            header[name] = new JsonObject
            {
                ["dtype"] = type switch { ElementType.F8E4M3 => "F8_E4M3", ElementType.F8E5M2 => "F8_E5M2", _ => type.ToString().ToUpperInvariant() },
                ["shape"] = new JsonArray([.. shape.Select(extent => JsonValue.Create(extent))]),
                ["data_offsets"] = new JsonArray(offset, offset + bytes.Length),
            };
            offset += bytes.Length;
        }

        var text = Encoding.UTF8.GetBytes(header.ToJsonString());
        using var file = File.Create(Path.Combine(folder, "model.safetensors"));
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        file.Write(length);
        file.Write(text);
        foreach (var (_, _, _, bytes) in _tensors)
            file.Write(bytes);
    }
}

/// <summary>Tensor names of the tiny models.</summary>
internal static class Names
{
    public const string Embedding = "model.embed_tokens.weight";
    public const string FinalNorm = "model.norm.weight";
    public const string Head = "lm_head.weight";

    public static string Up(int layer) => $"model.layers.{layer}.mlp.up_proj.weight";

    public static string Query(int layer) => $"model.layers.{layer}.self_attn.q_proj.weight";

    public static string Norm(int layer) => $"model.layers.{layer}.input_layernorm.weight";
}
