using System.Text.Json;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Files;

namespace Evo.Checkpoints.Adapters;

/// <summary>
/// A LoRA adapter's <c>adapter_config.json</c> (PEFT): what decides the update that it stands for. Whatever would change that update and is not
/// carried out is refused (<see cref="AdapterConfigKeys"/>), never ignored.
/// </summary>
public sealed class AdapterConfig
{
    internal const string FileName = "adapter_config.json";

    private const int LargestRank = 1 << 20;

    private readonly PatternTable _ranks;
    private readonly PatternTable _alphas;

    private AdapterConfig(JsonObject json, string path)
    {
        Json = json;
        Path = path;
        if (Text("peft_type") is not { } type)
            throw Refusal("'peft_type' is missing; a LoRA adapter says \"LORA\"");
        if (!type.Equals("LORA", StringComparison.OrdinalIgnoreCase))
            throw Refusal($"'peft_type' is {Quoted.Name(type)}: only LoRA adapters (rsLoRA and DoRA among them) can be merged; "
                + "merge this one into its base where it was made, and name that folder");
        AdapterConfigKeys.Require(this);
        BaseModel = Text("base_model_name_or_path");
        Rank = Whole("r", 8);
        Alpha = Number("lora_alpha", 8);
        IsRankStabilized = Flag("use_rslora");
        IsDora = Flag("use_dora");
        IsFanInFanOut = Flag("fan_in_fan_out");
        TiesEmbeddings = Flag("ensure_weight_tying");
        Bias = Text("bias") ?? "none";
        if (Bias is not ("none" or "all" or "lora_only"))
            throw Refusal($"'bias' is {Quoted.Name(Bias)}; it must be none, all or lora_only");
        _ranks = PatternTable.Of(this, "rank_pattern");
        _alphas = PatternTable.Of(this, "alpha_pattern");
    }

    /// <summary>The whole object.</summary>
    public JsonObject Json { get; }

    /// <summary>The file, for messages.</summary>
    public string Path { get; }

    /// <summary>What the adapter says it was trained on: a hint for messages, often a name on a hub. Shapes decide.</summary>
    public string? BaseModel { get; }

    /// <summary>r of modules that <c>rank_pattern</c> says nothing about; at least 1.</summary>
    public int Rank { get; }

    /// <summary>α of modules that <c>alpha_pattern</c> says nothing about.</summary>
    public double Alpha { get; }

    /// <summary>rsLoRA (arXiv:2312.03732): the update is scaled by α/√r instead of α/r.</summary>
    public bool IsRankStabilized { get; }

    /// <summary>DoRA (arXiv:2402.09353): every output's weights are normalised and given a trained magnitude.</summary>
    public bool IsDora { get; }

    /// <summary>The adapted weights are stored [in, out], as GPT-2's are.</summary>
    public bool IsFanInFanOut { get; }

    /// <summary>The embedding's update also holds for the head that is tied to it.</summary>
    public bool TiesEmbeddings { get; }

    /// <summary><c>none</c>, <c>all</c> or <c>lora_only</c>: whose biases the adapter replaces.</summary>
    public string Bias { get; }

    /// <summary>Reads <c>adapter_config.json</c> of an adapter folder.</summary>
    /// <exception cref="CheckpointException">Missing, malformed, or of a kind that cannot be merged; the message says which and what to do.</exception>
    public static AdapterConfig Read(string folder)
    {
        var path = System.IO.Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new CheckpointException(folder, $"has no {FileName}: it is no adapter; after the '+' comes the folder of a PEFT adapter");
        return new AdapterConfig(JsonFile.ReadObject(path), path);
    }

    /// <summary>The rank that the configuration gives a module.</summary>
    public int RankOf(string module)
    {
        if (_ranks.Find(module) is not { } rank)
            return Rank;
        return rank is >= 1 and <= LargestRank && rank == Math.Floor(rank)
            ? (int)rank
            : throw Refusal($"'rank_pattern' gives {Quoted.Name(module)} the rank {rank}, which is no whole number from 1");
    }

    /// <summary>The factor on B·A: α/r, or α/√r for rsLoRA.</summary>
    public double ScaleOf(string module)
    {
        var rank = RankOf(module);
        return (_alphas.Find(module) ?? Alpha) / (IsRankStabilized ? Math.Sqrt(rank) : rank);
    }

    internal CheckpointException Refusal(string problem) => new(Path, problem);

    internal bool Flag(string key) => Json[key] switch
    {
        null => false,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        var other => throw Refusal($"'{key}' must be true or false, but is {Quoted.Name(other.ToJsonString())}"),
    };

    internal string? Text(string key) => Json[key] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        var other => throw Refusal($"'{key}' must be a text, but is {Quoted.Name(other.ToJsonString())}"),
    };

    private double Number(string key, double fallback) => Json[key] switch
    {
        null => fallback,
        JsonValue value when value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<double>(out var number) && double.IsFinite(number) => number,
        var other => throw Refusal($"'{key}' must be a finite number, but is {Quoted.Name(other.ToJsonString())}"),
    };

    private int Whole(string key, int fallback)
    {
        var number = Number(key, fallback);
        return number is >= 1 and <= LargestRank && number == Math.Floor(number)
            ? (int)number
            : throw Refusal($"'{key}' must be a whole number from 1 to {LargestRank}, but is {number}");
    }
}
