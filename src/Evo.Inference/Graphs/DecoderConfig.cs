using System.Collections.Immutable;
using Evo.Checkpoints;
using Evo.Checkpoints.Models;
using Evo.Inference.Activations;

namespace Evo.Inference.Graphs;

/// <summary>What the decoder graph needs to know of a Llama-like model: sizes, biases, norms, positions. Read from <c>config.json</c>.</summary>
internal sealed record DecoderConfig
{
    /// <summary>Above any real decoder; a file that claims more would only take memory before its tensors are missed.</summary>
    private const int MostLayers = 2048;

    /// <summary>The longest window that is offered, whatever the file claims: the tables of positions take memory for all of it.</summary>
    private const int LongestContext = 131_072;

    /// <summary>The file, for messages.</summary>
    public required string Path { get; init; }

    public required int Layers { get; init; }

    public required int Hidden { get; init; }

    public required int Intermediate { get; init; }

    public required int Vocabulary { get; init; }

    public required int Heads { get; init; }

    public required int KeyValueHeads { get; init; }

    public required int HeadSize { get; init; }

    public required float NormEpsilon { get; init; }

    /// <summary>The head is the embedding.</summary>
    public required bool Tied { get; init; }

    public required bool QueryKeyValueBias { get; init; }

    public required bool OutputBias { get; init; }

    public required bool MlpBias { get; init; }

    /// <summary>Queries and keys are normalised per head before rotation (Qwen 3).</summary>
    public required bool QueryKeyNorm { get; init; }

    /// <summary>Positions that the model knows, 131,072 at most.</summary>
    public required int ContextLength { get; init; }

    public required RotaryScaling Rotary { get; init; }

    /// <summary>For each layer, how many of the newest tokens (its own included) a token sees; 0 for all.</summary>
    public required ImmutableArray<int> Windows { get; init; }

    /// <summary>The same model cut down to one of its layers.</summary>
    public DecoderConfig OfLayer(int layer) => this with { Layers = 1, Windows = [Windows[layer]] };

    /// <summary>Channels of a value inside a layer.</summary>
    public int WidthOf(ActivationSite site) => site switch
    {
        ActivationSite.AttentionOutput => Heads * HeadSize,
        ActivationSite.MlpActivation => Intermediate,
        _ => Hidden,
    };

    /// <exception cref="CheckpointException">An architecture, or a field that changes numbers, that the graph does not cover.</exception>
    public static DecoderConfig Read(ModelConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var type = config.ModelType;
        if (type is not ("llama" or "mistral" or "qwen2" or "qwen3"))
            throw new CheckpointException(config.Path, $"'model_type' is '{type}'; in-process inference knows llama, mistral, qwen2 and qwen3.");
        UnsupportedFields.Refuse(config);

        var heads = Extent(config, "num_attention_heads");
        var hidden = Extent(config, "hidden_size");
        var keyValueHeads = config.Has("num_key_value_heads") ? Extent(config, "num_key_value_heads") : type == "llama" ? heads : Extent(config, "num_key_value_heads");
        var headSize = config.Has("head_dim") ? Extent(config, "head_dim") : type == "qwen3" ? 128 : hidden / heads;
        if (heads % keyValueHeads != 0)
            throw new CheckpointException(config.Path, $"'num_attention_heads' ({heads}) is no multiple of 'num_key_value_heads' ({keyValueHeads}).");
        if (headSize % 16 != 0 || headSize is 0 or > 1024)
            throw new CheckpointException(config.Path, $"'head_dim' (hidden_size / num_attention_heads) is {headSize}; it must be a multiple of 16 up to 1024.");
        var contextLength = config.Has("max_position_embeddings") ? Extent(config, "max_position_embeddings") : DefaultContext(type);
        var layers = config.NumHiddenLayers;
        if (layers > MostLayers)
            throw new CheckpointException(config.Path, $"'num_hidden_layers' is {layers}; at most {MostLayers} are supported.");
        return new DecoderConfig
        {
            Path = config.Path,
            Layers = layers,
            Hidden = hidden,
            Intermediate = Extent(config, "intermediate_size"),
            Vocabulary = config.VocabSize,
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadSize = headSize,
            NormEpsilon = (float)config.Number("rms_norm_eps", 1e-6),
            Tied = config.TieWordEmbeddings,
            QueryKeyValueBias = type == "qwen2" || config.Flag("attention_bias", false),
            OutputBias = type != "qwen2" && config.Flag("attention_bias", false),
            MlpBias = config.Flag("mlp_bias", false),
            QueryKeyNorm = type == "qwen3",
            ContextLength = Math.Min(contextLength, LongestContext),
            Rotary = RotaryScaling.Read(config, headSize, contextLength),
            Windows = SlidingWindows.Read(config, layers, contextLength),
        };
    }

    private static int Extent(ModelConfig config, string key) =>
        config.Integer(key) is > 0 and var extent ? extent : throw new CheckpointException(config.Path, $"'{key}' must be above 0.");

    /// <summary>Transformers' defaults for files that leave <c>max_position_embeddings</c> out.</summary>
    private static int DefaultContext(string type) => type switch
    {
        "llama" => 2048,
        "mistral" => 131072,
        _ => 32768,
    };
}
