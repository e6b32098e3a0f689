using System.Collections.Concurrent;
using System.Collections.Immutable;
using Evo.Checkpoints.Files;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Models;

/// <summary>
/// A Hugging Face model folder: configuration, tokenizer files, and the tensors of one or many safetensors files, mapped into memory.
/// Reading is safe from many threads; <see cref="Dispose"/> must not run while a span or a read is in use.
/// </summary>
public sealed class ModelFolder : IDisposable
{
    private readonly WeightFiles _weights;
    private readonly Dictionary<string, TensorInfo> _tensors;
    private readonly ConcurrentDictionary<string, string> _samples = new(StringComparer.Ordinal);
    private Lazy<string> _contentHash;

    private ModelFolder(string path, ModelConfig config, WeightFiles weights)
    {
        Path = path;
        Name = System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(path));
        Config = config;
        _weights = weights;
        var redundantHead = TiedEmbeddings.RedundantHead(config, weights);
        Tensors = [.. weights.Tensors.Where(tensor => tensor.Name != redundantHead)];
        _tensors = Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        TokenizerFiles = TokenizerFileNames.In(path);
        var generation = System.IO.Path.Combine(path, "generation_config.json");
        GenerationConfigFile = File.Exists(generation) ? generation : null;
        _contentHash = new Lazy<string>(() => ModelContentHash.Of(this));
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>Last part of the path.</summary>
    public string Name { get; }

    public ModelConfig Config { get; }

    /// <summary>
    /// All tensors, ordinal by name. When the head is tied to the embedding (<see cref="ModelConfig.TieWordEmbeddings"/>) there is no
    /// <c>lm_head.weight</c>, even if a copy of the embedding is stored under that name.
    /// </summary>
    public ImmutableArray<TensorInfo> Tensors { get; }

    /// <summary>
    /// Full paths of tokenizer.json, tokenizer_config.json, special_tokens_map.json, vocabularies, merges, chat templates: those there are.
    /// </summary>
    public ImmutableArray<string> TokenizerFiles { get; }

    /// <summary>Full path of generation_config.json; null when there is none.</summary>
    public string? GenerationConfigFile { get; }

    /// <summary>
    /// SHA-256 in lower-case hex over the configuration's meaning, every tensor (name, type, shape, bytes) and the tokenizer; where the
    /// folder lies, how it is sharded and how its JSON is laid out do not count. Computed at the first use, which reads the whole model.
    /// </summary>
    public string ContentHash => _contentHash.Value;

    /// <summary>Opens a folder; reads its configuration and the headers of its weight files.</summary>
    /// <exception cref="CheckpointException">The folder is missing, incomplete, contradicts itself, or has no safetensors
    /// weights.</exception>
    public static ModelFolder Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Directory.Exists(path))
        {
            throw new CheckpointException(path,
                "there is no such folder; models are given as folders with config.json and model.safetensors");
        }

        var folder = System.IO.Path.GetFullPath(path);
        var config = ModelConfig.Read(folder);
        var weights = WeightFiles.Open(folder);
        try
        {
            return new ModelFolder(folder, config, weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Full paths of the tokenizer files of any folder, whether it holds a model or only a tokenizer.</summary>
    public static ImmutableArray<string> TokenizerFilesIn(string folder) => TokenizerFileNames.In(folder);

    /// <summary>Takes the content hash from elsewhere, unless it has been computed.</summary>
    /// <param name="from">Is given the computation.</param>
    internal void TakeContentHash(Func<Func<string>, string> from)
    {
        if (!_contentHash.IsValueCreated)
            _contentHash = new Lazy<string>(() => from(() => ModelContentHash.Of(this)));
    }

    /// <summary>The tensor's entry, or null when the model has none of that name.</summary>
    public TensorInfo? Find(string name) => _tensors.GetValueOrDefault(name);

    /// <summary>All bytes of a tensor below 2 GB, as stored.</summary>
    /// <exception cref="CheckpointException">The model has no such tensor.</exception>
    /// <exception cref="InvalidOperationException">It has 2^31 bytes or more: read it in pieces.</exception>
    public ReadOnlySpan<byte> Bytes(string name) => _weights.Bytes(Require(name).Name);

    /// <summary>
    /// A hash of a tensor's type, shape and a sample of its bytes, for keys that must follow content without a full read: tensors that differ only outside the sample
    /// have the same. In lower-case hex; computed once.
    /// </summary>
    /// <exception cref="CheckpointException">The model has no such tensor.</exception>
    public string SampleHash(string name) => _samples.GetOrAdd(name, _ => TensorSample.Of(this, Require(name)));

    /// <summary>Says that a tensor will be read soon, so that the system reads it ahead; at most <paramref name="mostBytes"/> of it.</summary>
    /// <exception cref="CheckpointException">The model has no such tensor.</exception>
    public void Prefetch(string name, long mostBytes) => _weights.Prefetch(Require(name).Name, mostBytes);

    /// <summary>Says that a tensor will not be read for a while, so that its pages leave the process at once and not at its end. Reading it again is slower, and works.</summary>
    /// <exception cref="CheckpointException">The model has no such tensor.</exception>
    public void Release(string name) => _weights.Release(Require(name).Name);

    /// <summary>A piece of a tensor's bytes; <paramref name="offset"/> in bytes from the tensor's start.</summary>
    /// <exception cref="CheckpointException">The model has no such tensor.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The piece reaches outside the tensor.</exception>
    public ReadOnlySpan<byte> Bytes(string name, long offset, int count) => _weights.Bytes(Require(name).Name, offset, count);

    /// <summary>
    /// Fills <paramref name="destination"/> with elements from <paramref name="firstElement"/> on, as <see cref="Floats.ToSingle"/> does.
    /// </summary>
    /// <exception cref="CheckpointException">The model has no such tensor, or it holds integers or booleans.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The elements reach outside the tensor.</exception>
    public void ReadFloats(string name, long firstElement, Span<float> destination)
    {
        var tensor = Require(name);
        if (!tensor.Type.IsFloatingPoint())
            throw new CheckpointException(Path, $"tensor {Quoted.Name(name)} holds {tensor.Type}, not floating-point numbers");
        ArgumentOutOfRangeException.ThrowIfNegative(firstElement);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstElement, tensor.ElementCount - destination.Length);

        var size = tensor.Type.ByteSize();
        const int Piece = 1 << 26; // elements; keeps the byte count of a piece below 2^31
        for (var done = 0; done < destination.Length; done += Piece)
        {
            var part = destination[done..Math.Min(destination.Length, done + Piece)];
            Floats.ToSingle(_weights.Bytes(name, (firstElement + done) * size, part.Length * size), tensor.Type, part);
        }
    }

    public void Dispose() => _weights.Dispose();

    private TensorInfo Require(string name) => _tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new CheckpointException(Path, $"has no tensor {Quoted.Name(name)}");
}
