using System.Text.Json.Nodes;
using Evo.Checkpoints.Safetensors;
using Evo.Checkpoints.Tensors;

namespace Evo.Merging.Tests.Fixtures;

/// <summary>A PEFT adapter of a few numbers, written as a folder.</summary>
internal sealed class TinyAdapter(int rank, double alpha)
{
    private readonly List<(TensorInfo Info, float[] Values)> _tensors = [];

    public JsonObject Config { get; } = new()
    {
        ["peft_type"] = "LORA", ["r"] = rank, ["lora_alpha"] = alpha, ["target_modules"] = new JsonArray("up_proj"), ["base_model_name_or_path"] = "base",
    };

    public int Rank => rank;

    public double Scale => alpha / rank;

    /// <summary>A pair of factors for a tensor named <c>module.weight</c>.</summary>
    public TinyAdapter With(string tensor, float[] a, float[] b)
    {
        var module = "base_model.model." + tensor[..^".weight".Length];
        return Add(module + ".lora_A.weight", [rank, a.Length / rank], a).Add(module + ".lora_B.weight", [b.Length / rank, rank], b);
    }

    /// <summary>A tensor saved whole.</summary>
    public TinyAdapter Saving(string tensor, long[] shape, float[] values) => Add("base_model.model." + tensor, shape, values);

    public TinyAdapter Add(string name, long[] shape, float[] values)
    {
        _tensors.Add((new TensorInfo(name, ElementType.F32, [.. shape]), values));
        return this;
    }

    public TinyAdapter Set(string key, JsonNode? value)
    {
        Config[key] = value;
        return this;
    }

    public TinyAdapter Write(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "adapter_config.json"), Config.ToJsonString());
        using var writer = SafetensorsWriter.Create(Path.Combine(folder, "adapter_model.safetensors"), _tensors.Select(tensor => tensor.Info), overwrite: true);
        foreach (var (info, values) in _tensors)
            writer.WriteFloats(info.Name, values);
        writer.Complete();
        return this;
    }
}
