using System.Collections.Immutable;
using Evo.Checkpoints.Files;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Adapters;

/// <summary>Sorts an adapter's tensors by their names into low-rank updates and saved tensors, and checks that each is complete.</summary>
internal sealed class AdapterTensors
{
    private const string Prefix = "base_model.model.";

    private readonly AdapterConfig _config;
    private readonly string _path;
    private readonly SortedDictionary<string, Dictionary<string, TensorInfo>> _modules = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SavedTensor> _saved = new(StringComparer.Ordinal);

    private AdapterTensors(AdapterConfig config, string path)
    {
        _config = config;
        _path = path;
    }

    /// <summary>Ordinal by module.</summary>
    public ImmutableArray<LowRankUpdate> Updates { get; private set; }

    /// <summary>Ordinal by name.</summary>
    public ImmutableArray<SavedTensor> Saved { get; private set; }

    /// <exception cref="CheckpointException">A tensor that LoRA does not have, half a pair, shapes that do not fit; the message names file and tensor.</exception>
    public static AdapterTensors Of(AdapterConfig config, string path, ImmutableArray<TensorInfo> tensors)
    {
        var sorted = new AdapterTensors(config, path);
        foreach (var tensor in tensors)
            sorted.Add(tensor);
        sorted.Updates = [.. sorted._modules.Select(module => sorted.Update(module.Key, module.Value))];
        sorted.Saved = [.. sorted._saved.Values];
        if (sorted.Updates.IsEmpty && sorted.Saved.IsEmpty)
            throw new CheckpointException(path, "holds no tensor of an adapter");
        return sorted;
    }

    private void Add(TensorInfo tensor)
    {
        if (!tensor.Type.IsFloatingPoint())
            throw Refusal(tensor, $"holds {tensor.Type}, not floating-point numbers");
        var name = tensor.Name.StartsWith(Prefix, StringComparison.Ordinal) ? tensor.Name[Prefix.Length..] : tensor.Name;
        var segments = name.Split('.').ToList();
        var at = segments.FindIndex(segment => segment.StartsWith("lora_", StringComparison.Ordinal));
        if (at < 0)
        {
            AddSaved(tensor, segments);
            return;
        }

        var rest = segments.Skip(at + 1).Where(segment => segment != "default").ToArray();
        var role = (segments[at], rest) switch
        {
            ("lora_A" or "lora_B", ["weight"]) => segments[at],
            ("lora_B", ["bias"]) => "lora_B.bias",
            ("lora_embedding_A" or "lora_embedding_B", []) => segments[at],
            ("lora_magnitude_vector", [] or ["weight"]) => segments[at],
            _ => throw Refusal(tensor, "is no tensor of a LoRA adapter; this variant is not supported"),
        };
        var module = string.Join('.', segments.Take(at));
        if (module.Length == 0)
            throw Refusal(tensor, "does not name a module");
        if (!_modules.TryGetValue(module, out var roles))
            _modules.Add(module, roles = new Dictionary<string, TensorInfo>(StringComparer.Ordinal));
        if (!roles.TryAdd(role, tensor))
            throw Refusal(tensor, $"is the second {role} of its module");
    }

    private void AddSaved(TensorInfo tensor, List<string> segments)
    {
        if (segments.Contains("original_module"))
            return; // the base's own, kept beside what replaces it
        var name = string.Join('.', segments.Where((segment, i) =>
            segment is not ("base_layer" or "modules_to_save") && !(segment == "default" && i > 0 && segments[i - 1] == "modules_to_save")));
        if (!_saved.TryAdd(name, new SavedTensor(name, tensor)))
            throw Refusal(tensor, $"is the second tensor for {Quoted.Name(name)}");
    }

    private LowRankUpdate Update(string module, Dictionary<string, TensorInfo> roles)
    {
        var isEmbedding = roles.ContainsKey("lora_embedding_A") || roles.ContainsKey("lora_embedding_B");
        var (nameA, nameB) = isEmbedding ? ("lora_embedding_A", "lora_embedding_B") : ("lora_A", "lora_B");
        if (roles.GetValueOrDefault(nameA) is not { } a || roles.GetValueOrDefault(nameB) is not { } b)
            throw new CheckpointException(_path, $"module {Quoted.Name(module)} has not both of {nameA} and {nameB}: the file is incomplete");
        if (isEmbedding && (roles.ContainsKey("lora_A") || roles.ContainsKey("lora_B")))
            throw new CheckpointException(_path, $"module {Quoted.Name(module)} has factors of an embedding and of a linear module");
        foreach (var factor in (TensorInfo[])[a, b])
            if (factor.Shape.Length != 2)
                throw Refusal(factor, $"is {factor.ShapeText}; only matrices are supported (linear modules and embeddings, no convolutions)");
        if (a.Shape[0] != b.Shape[1])
            throw Refusal(b, $"is {b.ShapeText} and {Quoted.Name(a.Name)} {a.ShapeText}: their ranks differ");
        if (a.ElementCount == 0 || b.ElementCount == 0)
            throw Refusal(a, "is empty");
        if (a.Shape[0] != _config.RankOf(module))
            throw Refusal(a, $"is {a.ShapeText}, of rank {a.Shape[0]}, but {AdapterConfig.FileName} gives {Quoted.Name(module)} the rank {_config.RankOf(module)}");
        foreach (var vector in (string[])["lora_magnitude_vector", "lora_B.bias"])
            if (roles.TryGetValue(vector, out var found) && (found.ElementCount != b.Shape[0]))
                throw Refusal(found, $"is {found.ShapeText}, but {Quoted.Name(module)} has {b.Shape[0]} outputs");
        var magnitude = roles.GetValueOrDefault("lora_magnitude_vector");
        if (_config.IsDora != magnitude is not null)
            throw new CheckpointException(_path, _config.IsDora
                ? $"module {Quoted.Name(module)} has no lora_magnitude_vector, though 'use_dora' is true: the file is incomplete"
                : $"module {Quoted.Name(module)} has a lora_magnitude_vector, though 'use_dora' is not set in {AdapterConfig.FileName}");
        return new LowRankUpdate(module, a, b, _config.ScaleOf(module), isEmbedding, magnitude, roles.GetValueOrDefault("lora_B.bias"));
    }

    private CheckpointException Refusal(TensorInfo tensor, string problem) => new(_path, $"tensor {Quoted.Name(tensor.Name)} {problem}");
}
