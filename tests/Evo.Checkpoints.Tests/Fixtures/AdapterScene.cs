using System.Text.Json.Nodes;
using Evo.Checkpoints.Adapters;
using Evo.Checkpoints.Models;

namespace Evo.Checkpoints.Tests.Fixtures;

/// <summary>A base of a few matrices and a PEFT adapter beside it, as files.</summary>
public sealed class AdapterScene : IDisposable
{
    public const string Module = "model.layers.0.self_attn.q_proj";
    public const string Prefix = "base_model.model.";

    private readonly List<IDisposable> _open = [];
    private readonly List<(string Name, long[] Shape, float[] Values)> _base = [];
    private readonly List<(string Name, long[] Shape, float[] Values)> _adapter = [];

    public TemporaryFolder Folder { get; } = new();

    public JsonObject BaseConfig { get; } = TinyModel.ConfigJson;

    public JsonObject Config { get; } = new()
    {
        ["peft_type"] = "LORA", ["r"] = 2, ["lora_alpha"] = 4, ["base_model_name_or_path"] = "hub/base", ["bias"] = "none", ["target_modules"] = new JsonArray("q_proj"),
        ["peft_version"] = "0.17.0", ["task_type"] = "CAUSAL_LM", ["inference_mode"] = true, ["modules_to_save"] = null, ["use_dora"] = false,
    };

    /// <summary>The usual case: a matrix [3, 4] and an update of rank 2, scale 2.</summary>
    public static AdapterScene Usual() => new AdapterScene()
        .Base(Module + ".weight", [3, 4], Random(1, 12))
        .Adapter(Module + ".lora_A.weight", [2, 4], Random(2, 8))
        .Adapter(Module + ".lora_B.weight", [3, 2], Random(3, 6));

    public static float[] Random(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];
    }

    public AdapterScene Base(string name, long[] shape, float[] values)
    {
        _base.Add((name, shape, values));
        return this;
    }

    public AdapterScene Adapter(string name, long[] shape, float[] values)
    {
        _adapter.Add((Prefix + name, shape, values));
        return this;
    }

    public AdapterScene Set(string key, JsonNode? value)
    {
        Config[key] = value;
        return this;
    }

    public AdapterScene SetBase(string key, JsonNode? value)
    {
        BaseConfig[key] = value;
        return this;
    }

    public string WriteAdapter(string name = "adapter")
    {
        Directory.CreateDirectory(Folder[name]);
        Folder.Write($"{name}/adapter_config.json", Config.ToJsonString());
        Folder.Write($"{name}/adapter_model.safetensors", SafetensorsBytes.OfTensors([.. _adapter]));
        return Folder[name];
    }

    public AdapterFolder OpenAdapter(string name = "adapter") => Opened(AdapterFolder.Open(WriteAdapter(name)));

    public AdaptedModel Open()
    {
        Directory.CreateDirectory(Folder["base"]);
        Folder.Write("base/config.json", BaseConfig.ToJsonString());
        Folder.Write("base/model.safetensors", SafetensorsBytes.OfTensors([.. _base]));
        return AdaptedModel.Of(Opened(ModelFolder.Open(Folder["base"])), OpenAdapter());
    }

    /// <summary>All elements of a tensor of the base, as the adapter changes it.</summary>
    public float[] Read(string tensor)
    {
        var data = Open().Find(tensor)!;
        var values = new float[data.Tensor.ElementCount];
        data.ReadFloats(0, values);
        return values;
    }

    public string Refusal()
    {
        var problem = Assert.Throws<CheckpointException>(() => { Open(); });
        return problem.Message;
    }

    public void Dispose()
    {
        foreach (var file in _open)
            file.Dispose();
        Folder.Dispose();
    }

    private T Opened<T>(T file)
        where T : IDisposable
    {
        _open.Add(file);
        return file;
    }
}
