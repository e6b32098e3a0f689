using System.Collections.Frozen;
using System.Text.Json;
using Evo.Checkpoints;
using Evo.Checkpoints.Models;

namespace Evo.Merging.Planning;

/// <summary>The token ids of a <c>tokenizer.json</c>: its model's vocabulary and the added tokens.</summary>
internal sealed class TokenizerVocabulary
{
    private readonly FrozenDictionary<string, int> _ids;

    private TokenizerVocabulary(Dictionary<string, int> ids) => _ids = ids.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Null when the folder has no tokenizer.json.</summary>
    public static TokenizerVocabulary? Of(ModelFolder folder)
    {
        var path = Path.Combine(folder.Path, "tokenizer.json");
        if (!File.Exists(path))
            return null;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return new TokenizerVocabulary(Read(json.RootElement));
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException or IOException)
        {
            throw new CheckpointException(path, $"the vocabulary cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>A sentence on the first token whose id differs, or null when both give every token the same id.</summary>
    public string? DifferenceFrom(TokenizerVocabulary other)
    {
        foreach (var (token, id) in _ids.OrderBy(pair => pair.Value))
            if (!other._ids.TryGetValue(token, out var otherId))
                return $"'{token}' is {id} in the first and missing in the second";
            else if (otherId != id)
                return $"'{token}' is {id} in the first and {otherId} in the second";
        return other._ids.Count == _ids.Count
            ? null
            : $"'{other._ids.First(pair => !_ids.ContainsKey(pair.Key)).Key}' is missing in the first";
    }

    private static Dictionary<string, int> Read(JsonElement root)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        if (root.TryGetProperty("model", out var model) && model.TryGetProperty("vocab", out var vocabulary))
        {
            if (vocabulary.ValueKind == JsonValueKind.Object)
                foreach (var token in vocabulary.EnumerateObject())
                    ids[token.Name] = token.Value.GetInt32();
            else
                foreach (var (index, token) in vocabulary.EnumerateArray().Index())
                    ids[token[0].GetString()!] = index;
        }

        if (root.TryGetProperty("added_tokens", out var added) && added.ValueKind == JsonValueKind.Array)
            foreach (var token in added.EnumerateArray())
                ids[token.GetProperty("content").GetString()!] = token.GetProperty("id").GetInt32();
        return ids;
    }
}
