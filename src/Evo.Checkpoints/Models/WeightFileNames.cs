using System.Globalization;

namespace Evo.Checkpoints.Models;

/// <summary>The names that Hugging Face gives to weight files.</summary>
internal static class WeightFileNames
{
    public const string Single = "model.safetensors";
    public const string Index = "model.safetensors.index.json";

    /// <summary><c>model-00001-of-00003.safetensors</c>; <paramref name="shard"/> counts from 0.</summary>
    public static string Shard(int shard, int shards) => shards == 1
        ? Single
        : string.Create(CultureInfo.InvariantCulture, $"model-{shard + 1:D5}-of-{shards:D5}.safetensors");
}
