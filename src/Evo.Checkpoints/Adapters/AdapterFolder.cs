using System.Collections.Immutable;
using Evo.Checkpoints.Safetensors;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Adapters;

/// <summary>
/// A PEFT adapter folder (<c>adapter_config.json</c>, <c>adapter_model.safetensors</c>): LoRA, rsLoRA or DoRA updates of modules, and tensors saved whole.
/// Reading is safe from many threads; <see cref="Dispose"/> must not run while a read is in use.
/// </summary>
public sealed class AdapterFolder : IDisposable
{
    internal const string WeightFileName = "adapter_model.safetensors";

    private readonly SafetensorsFile _file;
    private readonly Lazy<string> _contentHash;

    private AdapterFolder(string path, AdapterConfig config, SafetensorsFile file)
    {
        Path = path;
        Config = config;
        _file = file;
        var tensors = AdapterTensors.Of(config, file.Path, file.Tensors);
        Updates = tensors.Updates;
        Saved = tensors.Saved;
        _contentHash = new Lazy<string>(() => AdapterContentHash.Of(this));
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>The file with the tensors, for messages.</summary>
    public string WeightFile => _file.Path;

    public AdapterConfig Config { get; }

    /// <summary>The low-rank updates, ordinal by module.</summary>
    public ImmutableArray<LowRankUpdate> Updates { get; }

    /// <summary>Tensors that replace the base's, ordinal by name.</summary>
    public ImmutableArray<SavedTensor> Saved { get; }

    /// <summary>
    /// SHA-256 in lower-case hex of what the adapter does: scale and factors of every update, every saved tensor. Paths, the file's order and settings
    /// without influence do not count. Computed at the first use.
    /// </summary>
    public string ContentHash => _contentHash.Value;

    /// <summary>Opens an adapter; reads its configuration and the header of its weights.</summary>
    /// <exception cref="CheckpointException">No such folder, no LoRA adapter, pickled weights, or contents that contradict each other.</exception>
    public static AdapterFolder Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Directory.Exists(path))
            throw new CheckpointException(path, "there is no such folder; an adapter is a folder with adapter_config.json and adapter_model.safetensors");
        var folder = System.IO.Path.GetFullPath(path);
        var config = AdapterConfig.Read(folder);
        var weights = System.IO.Path.Combine(folder, WeightFileName);
        if (!File.Exists(weights))
            throw MissingWeights(folder);
        var file = SafetensorsFile.Open(weights);
        try
        {
            return new AdapterFolder(folder, config, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A piece of a tensor's bytes, by its name in the file.</summary>
    public ReadOnlySpan<byte> Bytes(TensorInfo tensor, long offset, int count)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return _file.Bytes(tensor.Name, offset, count);
    }

    /// <summary>Elements of a tensor from a flat index on, in float32.</summary>
    public void ReadFloats(TensorInfo tensor, long first, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var size = tensor.Type.ByteSize();
        const int Piece = 1 << 26; // elements; keeps the byte count of a piece below 2^31
        for (var done = 0; done < destination.Length; done += Piece)
        {
            var part = destination[done..Math.Min(destination.Length, done + Piece)];
            Floats.ToSingle(_file.Bytes(tensor.Name, (first + done) * size, part.Length * size), tensor.Type, part);
        }
    }

    /// <summary>A whole tensor below 2^31 elements, in float32.</summary>
    public float[] ReadAll(TensorInfo tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var values = new float[tensor.ElementCount];
        ReadFloats(tensor, 0, values);
        return values;
    }

    public void Dispose() => _file.Dispose();

    private static CheckpointException MissingWeights(string folder)
    {
        if (File.Exists(System.IO.Path.Combine(folder, "adapter_model.bin")))
            return new CheckpointException(folder,
                "has its weights as a pickle only (adapter_model.bin), and unpickling a downloaded file can run any code in it; convert it where you trust it: "
                + "in Python, PeftModel.from_pretrained(base, folder).save_pretrained(new_folder, safe_serialization=True)");
        return new CheckpointException(folder, $"has no {WeightFileName}; give the folder of a PEFT adapter in safetensors format");
    }
}
