using System.Collections.Immutable;
using System.Text.Json;
using Evo.Checkpoints;

namespace Evo.Merging.Planning.Vocabularies;

/// <summary>The tokens of a <c>tokenizer.json</c> and their ids: its model's vocabulary, and the added tokens. The file may be hostile.</summary>
internal sealed class TokenizerFile
{
    public const string FileName = "tokenizer.json";
    private const long LargestFile = 200_000_000;

    private readonly Dictionary<string, int> _ids;

    private TokenizerFile(string path, Dictionary<string, int> ids, int modelTokens, ImmutableArray<AddedToken> added)
    {
        Path = path;
        _ids = ids;
        ModelTokens = modelTokens;
        Added = added;
    }

    public string Path { get; }

    /// <summary>Every token with its id.</summary>
    public IReadOnlyDictionary<string, int> Ids => _ids;

    /// <summary>How many tokens the model itself has, the added ones not counted.</summary>
    public int ModelTokens { get; }

    /// <summary>By id.</summary>
    public ImmutableArray<AddedToken> Added { get; }

    /// <summary>Null when the folder has no tokenizer.json.</summary>
    /// <exception cref="CheckpointException">It cannot be read as one.</exception>
    public static TokenizerFile? Of(string folder)
    {
        var path = System.IO.Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            using var json = Open(path);
            var ids = new Dictionary<string, int>(StringComparer.Ordinal);
            ReadModel(json.RootElement, ids);
            var modelTokens = ids.Count;
            var added = json.RootElement.TryGetProperty("added_tokens", out var list) && list.ValueKind == JsonValueKind.Array
                ? list.EnumerateArray().Select(AddedToken.Read).OrderBy(token => token.Id).ToImmutableArray()
                : [];
            foreach (var token in added)
                ids[token.Content] = token.Id;
            foreach (var (token, id) in ids)
                if (id < 0)
                    throw new CheckpointException(path, $"the token '{token}' has the id {id}");
            return new TokenizerFile(path, ids, modelTokens, added);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException or IOException or KeyNotFoundException
            or ArgumentException or OverflowException or IndexOutOfRangeException)
        {
            throw new CheckpointException(path, $"the vocabulary cannot be read: {problem.Message}", problem);
        }
    }

    /// <exception cref="CheckpointException">Larger than any tokenizer.</exception>
    public static JsonDocument Open(string path)
    {
        if (new FileInfo(path).Length is > LargestFile and var length)
            throw new CheckpointException(path, $"holds {length} bytes, more than the {LargestFile} that a tokenizer may have");
        return JsonDocument.Parse(File.ReadAllBytes(path));
    }

    private static void ReadModel(JsonElement root, Dictionary<string, int> ids)
    {
        if (!root.TryGetProperty("model", out var model) || !model.TryGetProperty("vocab", out var vocabulary))
            return;
        if (vocabulary.ValueKind == JsonValueKind.Object)
            foreach (var token in vocabulary.EnumerateObject())
                ids[token.Name] = token.Value.GetInt32();
        else
            foreach (var (index, token) in vocabulary.EnumerateArray().Index())
                ids[token[0].GetString()!] = index;
    }
}
