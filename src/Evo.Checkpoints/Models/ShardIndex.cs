using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Files;
using Evo.Checkpoints.Safetensors;

namespace Evo.Checkpoints.Models;

/// <summary>
/// A checked <c>model.safetensors.index.json</c>: which shard holds which tensor. Its <c>metadata</c> decides nothing and is not read.
/// </summary>
/// <param name="Shards">Plain file names, ordinal.</param>
internal sealed record ShardIndex(string Path, IReadOnlyDictionary<string, string> ShardOf, ImmutableArray<string> Shards)
{
    /// <exception cref="CheckpointException">No <c>weight_map</c> of strings, or a shard's name is more than a file name.</exception>
    public static ShardIndex Read(string path)
    {
        if (JsonFile.ReadObject(path)["weight_map"] is not JsonObject map)
            throw new CheckpointException(path, "'weight_map' must be an object from tensor names to file names");

        var shardOf = new Dictionary<string, string>(map.Count, StringComparer.Ordinal);
        foreach (var (tensor, node) in map)
        {
            if (node is not JsonValue value || !value.TryGetValue<string>(out var shard))
                throw new CheckpointException(path, $"weight_map: the value of {Quoted.Name(tensor)} must be a file name");
            if (!PlainFileName.IsPlain(shard) || !shard.EndsWith(".safetensors", StringComparison.Ordinal))
            {
                throw new CheckpointException(path,
                    $"weight_map: {Quoted.Name(tensor)} is said to be in {Quoted.Name(shard)}; only names of .safetensors files in the same folder are followed");
            }

            shardOf.Add(tensor, shard);
        }

        return new ShardIndex(path, shardOf, [.. shardOf.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
    }

    /// <summary>Every tensor of the shard must be looked for in it and nowhere else; so no tensor is in two shards.</summary>
    /// <exception cref="CheckpointException">The shard holds a tensor that the index does not name, or puts elsewhere.</exception>
    public void RequireAgreement(string shard, SafetensorsFile file)
    {
        foreach (var tensor in file.Tensors)
        {
            if (!ShardOf.TryGetValue(tensor.Name, out var named))
            {
                throw new CheckpointException(file.Path,
                    $"holds tensor {Quoted.Name(tensor.Name)}, which {WeightFileNames.Index} does not name; the two are not of one checkpoint");
            }

            if (named != shard)
            {
                throw new CheckpointException(file.Path,
                    $"holds tensor {Quoted.Name(tensor.Name)}, which {WeightFileNames.Index} looks for in {Quoted.Name(named)}; remove one of the two");
            }
        }
    }
}
