using System.Text;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Files;

namespace Evo.Checkpoints.Models;

/// <summary>
/// A model's <c>config.json</c>: the whole object, and typed reading of what Evo needs. Every lookup falls back on the object
/// <c>text_config</c>, where multimodal models keep their language model's values; a JSON null counts as missing.
/// </summary>
public sealed class ModelConfig
{
    internal const string FileName = "config.json";

    private ModelConfig(JsonObject json, string path)
    {
        Json = json;
        Path = path;
        ModelType = Text("model_type");
        NumHiddenLayers = Extent("num_hidden_layers", "n_layer", "num_layers", "n_layers");
        VocabSize = Extent("vocab_size");
        TieWordEmbeddings = Flag("tie_word_embeddings", TiedEmbeddings.DefaultOf(ModelType));
        TorchDtype = (Has("torch_dtype") ? Text("torch_dtype") : Text("dtype", ""))?.Replace("torch.", "", StringComparison.Ordinal);
        if (TorchDtype is "" or "auto")
            TorchDtype = null;
    }

    /// <summary>The whole object. To change it, change a <see cref="JsonNode.DeepClone"/>.</summary>
    public JsonObject Json { get; }

    /// <summary>The file it was read from (or the name given for it), for messages.</summary>
    public string Path { get; }

    /// <summary><c>llama</c>, <c>qwen2</c>, <c>gpt2</c>...</summary>
    public string ModelType { get; }

    /// <summary>The first of <c>architectures</c>: <c>LlamaForCausalLM</c>...</summary>
    /// <exception cref="CheckpointException">The list is missing or empty.</exception>
    public string Architecture =>
        Json["architectures"] is JsonArray { Count: > 0 } names && names[0] is JsonValue first && first.TryGetValue<string>(out var name)
            ? name
            : throw Refusal("architectures", "must be a list that starts with the model's class, for example [\"LlamaForCausalLM\"]");

    /// <summary>Decoder layers (GPT-2: <c>n_layer</c>), at least 1.</summary>
    public int NumHiddenLayers { get; }

    /// <summary>Rows of the embedding, at least 1.</summary>
    public int VocabSize { get; }

    /// <summary>The head is the embedding itself. When the file does not say: what Transformers takes for the model type.</summary>
    public bool TieWordEmbeddings { get; }

    /// <summary>
    /// <c>torch_dtype</c> (newer files: <c>dtype</c>): <c>float32</c>, <c>float16</c>, <c>bfloat16</c>...; null when not given.
    /// </summary>
    public string? TorchDtype { get; }

    /// <summary>Reads <c>config.json</c> of a model folder.</summary>
    /// <exception cref="CheckpointException">Missing, not a JSON object, or an essential field is missing or of the wrong type.</exception>
    public static ModelConfig Read(string folder)
    {
        var path = System.IO.Path.Combine(folder, FileName);
        return new ModelConfig(JsonFile.ReadObject(path), path);
    }

    /// <summary>Takes a copy of an object made in memory, for example a merge's output configuration.</summary>
    /// <param name="source">Stands for the file's path in messages.</param>
    /// <exception cref="CheckpointException">An essential field is missing or of the wrong type.</exception>
    public static ModelConfig From(JsonObject json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        return new ModelConfig(JsonFile.ParseObject(source, Encoding.UTF8.GetBytes(json.ToJsonString())), source);
    }

    /// <summary>True when the field is there and not null.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>A whole number that must be there.</summary>
    /// <exception cref="CheckpointException">Missing, or no whole number of 32 bits.</exception>
    public int Integer(string key) => Integer(Required(key, "a whole number"), key);

    /// <inheritdoc cref="Integer(string)"/>
    public int Integer(string key, int fallback) => Find(key) is { } node ? Integer(node, key) : fallback;

    /// <summary>A number that must be there.</summary>
    /// <exception cref="CheckpointException">Missing, or no number.</exception>
    public double Number(string key) => Number(Required(key, "a number"), key);

    /// <inheritdoc cref="Number(string)"/>
    public double Number(string key, double fallback) => Find(key) is { } node ? Number(node, key) : fallback;

    /// <summary>A boolean, or <paramref name="fallback"/> when the field is missing.</summary>
    /// <exception cref="CheckpointException">Something else than true or false.</exception>
    public bool Flag(string key, bool fallback)
    {
        if (Find(key) is not { } node)
            return fallback;
        return node is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : throw Refusal(key, "must be true or false", node);
    }

    /// <summary>A string that must be there.</summary>
    /// <exception cref="CheckpointException">Missing, or no string.</exception>
    public string Text(string key) => Text(Required(key, "a string"), key);

    /// <inheritdoc cref="Text(string)"/>
    public string? Text(string key, string? fallback) => Find(key) is { } node ? Text(node, key) : fallback;

    private int Extent(params string[] keys)
    {
        var key = Array.Find(keys, Has) ?? keys[0];
        var extent = Integer(key);
        return extent > 0 ? extent : throw Refusal(key, "must be above 0", Find(key));
    }

    private int Integer(JsonNode node, string key) =>
        node is JsonValue value && value.TryGetValue<int>(out var number) ? number : throw Refusal(key, "must be a whole number of 32 bits", node);

    private double Number(JsonNode node, string key) =>
        node is JsonValue value && value.TryGetValue<double>(out var number) ? number : throw Refusal(key, "must be a number", node);

    private string Text(JsonNode node, string key) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw Refusal(key, "must be a string", node);

    private JsonNode? Find(string key) => Json[key] ?? (Json["text_config"] as JsonObject)?[key];

    private JsonNode Required(string key, string kind) => Find(key) ?? throw Refusal(key, $"is missing; it must be {kind}");

    private CheckpointException Refusal(string key, string problem, JsonNode? found = null) =>
        new(Path, $"'{key}' {problem}{(found is null ? "" : $", but is {Quoted.Name(found.ToJsonString())}")}");
}
