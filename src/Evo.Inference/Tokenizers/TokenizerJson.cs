using System.Buffers;
using System.Text.Json;
using Evo.Checkpoints;

namespace Evo.Inference.Tokenizers;

/// <summary>
/// A model folder's <c>tokenizer.json</c>, checked. The native library ends the process on a file that is not what it expects, so
/// everything that it reads is proved here first: a byte-pair model, ids in range, merges of known shape, well-formed added tokens.
/// </summary>
internal sealed class TokenizerJson : IDisposable
{
    private const int MaximumId = 1 << 24;

    /// <summary>Far above any real pattern; the native library's stack does not survive one of 100,000 characters.</summary>
    private const int LongestPattern = 4000;

    private readonly JsonDocument _document;

    private TokenizerJson(string path, byte[] bytes, JsonDocument document)
    {
        Path = path;
        Bytes = bytes;
        _document = document;
    }

    public string Path { get; }

    /// <summary>The file's bytes.</summary>
    public byte[] Bytes { get; }

    public JsonElement Root => _document.RootElement;

    /// <summary>Token text (in the model's own alphabet) and id.</summary>
    public IEnumerable<(string Text, int Id)> Vocabulary =>
        Root.GetProperty("model").GetProperty("vocab").EnumerateObject().Select(entry => (entry.Name, entry.Value.GetInt32()));

    /// <summary>Tokens that are matched in the text as they are, special ones among them.</summary>
    public IEnumerable<(string Content, int Id)> AddedTokens =>
        Root.TryGetProperty("added_tokens", out var added) && added.ValueKind == JsonValueKind.Array
            ? added.EnumerateArray().Select(token => (token.GetProperty("content").GetString()!, token.GetProperty("id").GetInt32()))
            : [];

    /// <exception cref="CheckpointException">The file is missing, is not JSON, or is not a byte-pair tokenizer.</exception>
    public static TokenizerJson Open(string modelFolder)
    {
        var path = System.IO.Path.Combine(modelFolder, "tokenizer.json");
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(path, "cannot be read. A model folder needs its tokenizer.json (save it with a fast tokenizer).", failure);
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(bytes);
        }
        catch (JsonException failure)
        {
            throw new CheckpointException(path, $"is not JSON: {failure.Message}", failure);
        }

        var file = new TokenizerJson(path, bytes, document);
        try
        {
            file.Check();
            return file;
        }
        catch (InvalidOperationException failure)
        {
            file.Dispose();
            throw new CheckpointException(path, "holds a string that is no text (a lone surrogate).", failure);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => _document.Dispose();

    private void Check()
    {
        Require(Root.ValueKind == JsonValueKind.Object, "is not a JSON object");
        Require(Root.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.Object, "has no \"model\"");
        var type = model.TryGetProperty("type", out var kind) && kind.ValueKind == JsonValueKind.String ? kind.GetString() : null;
        Require(type == "BPE", $"model.type is {type ?? "missing"}; only byte-pair tokenizers (BPE) are supported");
        foreach (var option in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            Require(
                !model.TryGetProperty(option, out var affix) || affix.ValueKind == JsonValueKind.Null
                || (affix.ValueKind == JsonValueKind.String && affix.GetString() is ""),
                $"model.{option} is set, which is not supported");
        }

        Require(
            !model.TryGetProperty("unk_token", out var unknown) || unknown.ValueKind is JsonValueKind.Null or JsonValueKind.String,
            "model.unk_token is not a string");
        CheckVocabulary(model);
        CheckMerges(model);
        CheckAddedTokens();
        CheckSteps(Root, "normalizer", "normalizers");
        CheckSteps(Root, "pre_tokenizer", "pretokenizers");
        CheckSteps(Root, "decoder", "decoders");
        CheckSteps(Root, "post_processor", "processors");
    }

    private void CheckVocabulary(JsonElement model)
    {
        Require(model.TryGetProperty("vocab", out var vocabulary) && vocabulary.ValueKind == JsonValueKind.Object, "model.vocab is not an object");
        var tokens = 0;
        foreach (var entry in vocabulary.EnumerateObject())
        {
            tokens++;
            Require(IsId(entry.Value), $"model.vocab[\"{entry.Name}\"] is not a token id");
        }

        Require(tokens > 0, "model.vocab is empty");
    }

    private void CheckMerges(JsonElement model)
    {
        Require(model.TryGetProperty("merges", out var merges) && merges.ValueKind == JsonValueKind.Array, "model.merges is not an array");
        var index = 0;
        foreach (var merge in merges.EnumerateArray())
        {
            var isText = merge.ValueKind == JsonValueKind.String && merge.GetString()!.AsSpan().IndexOf(' ') > 0;
            var isPair = merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2
                && merge.EnumerateArray().All(part => part.ValueKind == JsonValueKind.String);
            Require(isText || isPair, $"model.merges[{index}] is not a pair of tokens");
            index++;
        }
    }

    private void CheckAddedTokens()
    {
        if (!Root.TryGetProperty("added_tokens", out var added) || added.ValueKind == JsonValueKind.Null)
            return;
        Require(added.ValueKind == JsonValueKind.Array, "added_tokens is not an array");
        var index = 0;
        foreach (var token in added.EnumerateArray())
        {
            var place = $"added_tokens[{index++}]";
            Require(token.ValueKind == JsonValueKind.Object, $"{place} is not an object");
            Require(token.TryGetProperty("id", out var id) && IsId(id), $"{place}.id is not a token id");
            Require(
                token.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String && content.GetString() != "",
                $"{place}.content is not a text");
            Require(!token.TryGetProperty("__type", out var kind) || kind.ValueKind == JsonValueKind.String, $"{place}.__type is not a text");
            foreach (var flag in new[] { "single_word", "lstrip", "rstrip", "normalized", "special" })
            {
                Require(
                    !token.TryGetProperty(flag, out var value) || value.ValueKind is JsonValueKind.True or JsonValueKind.False,
                    $"{place}.{flag} is not true or false");
            }
        }
    }

    /// <summary>A processing step is null or an object with a type; a Sequence holds such objects.</summary>
    private void CheckSteps(JsonElement owner, string name, string list)
    {
        if (!owner.TryGetProperty(name, out var step) || step.ValueKind == JsonValueKind.Null)
            return;
        CheckStep(step, name, list, depth: 0);
    }

    private void CheckStep(JsonElement step, string place, string list, int depth)
    {
        Require(
            depth < 8 && step.ValueKind == JsonValueKind.Object && step.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String,
            $"{place} has no type");
        if (step.TryGetProperty("pattern", out var pattern))
        {
            Require(
                pattern.ValueKind == JsonValueKind.Object
                && pattern.EnumerateObject().All(value => value.Value.ValueKind == JsonValueKind.String && value.Value.GetString()!.Length <= LongestPattern),
                $"{place}.pattern is not {{\"Regex\": text}} or {{\"String\": text}} of at most {LongestPattern} characters");
        }

        Require(!step.TryGetProperty("content", out var content) || content.ValueKind == JsonValueKind.String, $"{place}.content is not a text");
        if (!step.TryGetProperty(list, out var steps))
            return;
        Require(steps.ValueKind == JsonValueKind.Array, $"{place}.{list} is not an array");
        foreach (var (index, inner) in steps.EnumerateArray().Index())
            CheckStep(inner, $"{place}.{list}[{index}]", list, depth + 1);
    }

    private static bool IsId(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id is >= 0 and < MaximumId;

    private void Require(bool condition, string problem)
    {
        if (!condition)
            throw new CheckpointException(Path, problem + ".");
    }
}
