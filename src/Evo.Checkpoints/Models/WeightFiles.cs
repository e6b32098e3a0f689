using System.Collections.Immutable;
using Evo.Checkpoints.Files;
using Evo.Checkpoints.Safetensors;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Models;

/// <summary>
/// The safetensors files of a model folder as one set of tensors. As in Transformers, <c>model.safetensors</c> comes before
/// <c>model.safetensors.index.json</c> with its shards.
/// </summary>
internal sealed class WeightFiles : IDisposable
{
    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, SafetensorsFile> _fileOf = new(StringComparer.Ordinal);

    private WeightFiles()
    {
    }

    /// <summary>Ordinal by name.</summary>
    public ImmutableArray<TensorInfo> Tensors { get; private set; }

    /// <exception cref="CheckpointException">No safetensors weights, or one of the files does not hold what it should.</exception>
    public static WeightFiles Open(string folder)
    {
        var weights = new WeightFiles();
        try
        {
            var single = Path.Combine(folder, WeightFileNames.Single);
            var index = Path.Combine(folder, WeightFileNames.Index);
            if (File.Exists(single))
                weights.Add(single);
            else if (File.Exists(index))
                weights.AddShards(folder, ShardIndex.Read(index));
            else
                throw MissingWeights.In(folder);

            weights.Tensors = [.. weights._files.SelectMany(file => file.Tensors).OrderBy(tensor => tensor.Name, StringComparer.Ordinal)];
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    public ReadOnlySpan<byte> Bytes(string name, long offset, int count) => _fileOf[name].Bytes(name, offset, count);

    public void Prefetch(string name, long mostBytes) => _fileOf[name].Prefetch(name, mostBytes);

    public void Release(string name) => _fileOf[name].Release(name);

    public ReadOnlySpan<byte> Bytes(string name) => _fileOf[name].Bytes(name);

    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
    }

    private void AddShards(string folder, ShardIndex index)
    {
        foreach (var shard in index.Shards)
        {
            var path = Path.Combine(folder, shard);
            if (!File.Exists(path))
            {
                throw new CheckpointException(index.Path,
                    $"names the shard {Quoted.Name(shard)}, which is not in the folder; download or copy it");
            }

            Add(path, file => index.RequireAgreement(shard, file));
        }

        foreach (var (name, shard) in index.ShardOf)
        {
            if (!_fileOf.ContainsKey(name))
            {
                throw new CheckpointException(index.Path,
                    $"says that tensor {Quoted.Name(name)} is in {Quoted.Name(shard)}, but it is not");
            }
        }
    }

    private void Add(string path, Action<SafetensorsFile>? check = null)
    {
        var file = SafetensorsFile.Open(path);
        _files.Add(file);
        check?.Invoke(file);
        foreach (var tensor in file.Tensors)
            _fileOf.Add(tensor.Name, file);
    }
}
