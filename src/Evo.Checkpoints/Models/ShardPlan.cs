using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Evo.Checkpoints.Safetensors;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Models;

/// <summary>Which tensors of a model go into which file: in the given order, a new file when the current one is full.</summary>
internal sealed class ShardPlan
{
    public ShardPlan(IEnumerable<TensorInfo> tensors, long shardBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shardBytes);
        var groups = new List<List<TensorInfo>> { new() };
        long bytes = 0;
        foreach (var tensor in tensors)
        {
            if (groups[^1].Count > 0 && bytes + tensor.ByteLength > shardBytes)
            {
                groups.Add([]);
                bytes = 0;
            }

            groups[^1].Add(tensor);
            bytes += tensor.ByteLength;
            if (!ShardOf.TryAdd(tensor.Name, groups.Count - 1))
                throw new ArgumentException($"two tensors are named '{tensor.Name}'", nameof(tensors));
        }

        Layouts = [.. groups.Select(group => new SafetensorsLayout(group, SafetensorsLayout.PyTorchFormat))];
        TensorBytes = groups.Sum(group => group.Sum(tensor => tensor.ByteLength));
    }

    public ImmutableArray<SafetensorsLayout> Layouts { get; }

    /// <summary>Index of the file that holds a tensor.</summary>
    public Dictionary<string, int> ShardOf { get; } = new(StringComparer.Ordinal);

    /// <summary>Bytes of all tensors, headers not counted: the index's <c>total_size</c>.</summary>
    public long TensorBytes { get; }

    /// <summary>Bytes of all files.</summary>
    public long FileBytes => Layouts.Sum(layout => layout.FileLength);

    public string FileName(int shard) => WeightFileNames.Shard(shard, Layouts.Length);

    /// <summary>True for the names that the plan's own files have, and for the index.</summary>
    public bool Names(string fileName) =>
        fileName == WeightFileNames.Index || Enumerable.Range(0, Layouts.Length).Any(shard => FileName(shard) == fileName);

    /// <summary>The content of <c>model.safetensors.index.json</c>; null for a single file, which has none.</summary>
    public JsonObject? Index() => Layouts.Length == 1 ? null : new JsonObject
    {
        ["metadata"] = new JsonObject { ["total_size"] = TensorBytes },
        ["weight_map"] = new JsonObject(ShardOf.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)FileName(entry.Value)))),
    };
}
