using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Evo.Checkpoints;

namespace Evo.Inference.Tokenizers;

/// <summary>Which token a model's tokenizer puts before a text, and which tokens end a generation, as the model folder's files say.</summary>
internal sealed record SpecialTokens(int? BeginOfText, ImmutableArray<int> EndOfText, string? TokenizerClass)
{
    /// <summary>
    /// Begin of text: <c>add_bos_token</c> of tokenizer_config.json decides; where it says nothing, a template of tokenizer.json that starts with a
    /// special token does. End of text: <c>eos_token_id</c> (a number or a list) of generation_config.json, else of config.json, else the
    /// <c>eos_token</c> of tokenizer_config.json.
    /// </summary>
    public static SpecialTokens Read(string modelFolder, TokenizerJson tokenizer)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (text, id) in tokenizer.Vocabulary.Concat(tokenizer.AddedTokens))
            ids[text] = id;
        var settings = ReadObject(modelFolder, "tokenizer_config.json");
        var endOfText = TokenIds(modelFolder, "generation_config.json", ids) ?? TokenIds(modelFolder, "config.json", ids)
            ?? (TokenId(settings, "eos_token", ids) is { } id0 ? [id0] : []);
        var begins = settings?["add_bos_token"] is JsonValue flag && flag.TryGetValue<bool>(out var adds) ? adds : (bool?)null;
        var beginOfText = begins switch
        {
            true => TokenId(settings, "bos_token", ids) ?? throw new CheckpointException(
                Path.Combine(modelFolder, "tokenizer_config.json"), "add_bos_token is true, but bos_token is not a token of tokenizer.json."),
            false => null,
            null => TemplateStart(tokenizer.Root, ids),
        };
        var tokenizerClass = settings?["tokenizer_class"] is JsonValue name && name.TryGetValue<string>(out var text0) ? text0 : null;
        return new SpecialTokens(beginOfText, endOfText, tokenizerClass);
    }

    private static int? TemplateStart(JsonElement root, Dictionary<string, int> ids)
    {
        if (!root.TryGetProperty("post_processor", out var step) || step.ValueKind != JsonValueKind.Object)
            return null;
        var steps = step.TryGetProperty("processors", out var inner) && inner.ValueKind == JsonValueKind.Array ? inner.EnumerateArray().ToArray() : [step];
        foreach (var template in steps.Where(one => one.GetProperty("type").GetString() == "TemplateProcessing"))
        {
            if (template.TryGetProperty("single", out var single) && single.ValueKind == JsonValueKind.Array && single.GetArrayLength() > 0
                && single[0].ValueKind == JsonValueKind.Object && single[0].TryGetProperty("SpecialToken", out var special)
                && special.ValueKind == JsonValueKind.Object && special.TryGetProperty("id", out var name) && name.ValueKind == JsonValueKind.String
                && ids.TryGetValue(name.GetString()!, out var id))
            {
                return id;
            }
        }

        return null;
    }

    private static ImmutableArray<int>? TokenIds(string modelFolder, string file, Dictionary<string, int> ids)
    {
        var value = ReadObject(modelFolder, file)?["eos_token_id"];
        if (value is null)
            return null;
        var numbers = value is JsonArray list ? list.ToArray() : [value];
        var tokens = ImmutableArray.CreateBuilder<int>();
        foreach (var number in numbers)
        {
            if (number is not JsonValue scalar || !scalar.TryGetValue<int>(out var id) || id < 0)
                throw new CheckpointException(Path.Combine(modelFolder, file), "eos_token_id is neither a token id nor a list of token ids.");
            tokens.Add(id);
        }

        return tokens.ToImmutable();
    }

    private static int? TokenId(JsonObject? settings, string field, Dictionary<string, int> ids)
    {
        var value = settings?[field] is JsonObject token ? token["content"] : settings?[field];
        return value is JsonValue text && text.TryGetValue<string>(out var content) && ids.TryGetValue(content, out var id) ? id : null;
    }

    private static JsonObject? ReadObject(string modelFolder, string file)
    {
        var path = Path.Combine(modelFolder, file);
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject ?? throw new CheckpointException(path, "is not a JSON object.");
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(path, $"cannot be read: {failure.Message}", failure);
        }
    }
}
