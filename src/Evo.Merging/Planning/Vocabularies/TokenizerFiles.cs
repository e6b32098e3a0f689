using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Evo.Checkpoints;

namespace Evo.Merging.Planning.Vocabularies;

/// <summary>
/// The tokenizer files of a result: the owner's as they are, or, where tokens came or went, tokenizer.json and the settings that speak of single tokens;
/// then the vocabularies of slow tokenizers are left out, as they would contradict it.
/// </summary>
internal static class TokenizerFiles
{
    private const string Settings = "tokenizer_config.json";
    private const string SpecialTokens = "special_tokens_map.json";
    private const string AddedTokens = "added_tokens.json";
    private const string ChatTemplate = "chat_template.jinja";

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="files">The owner's tokenizer files.</param>
    /// <param name="vocabulary">What became of its tokens; null when the recipe has no tokenizer section.</param>
    /// <param name="template">The chat template that replaces the owner's; null to keep it.</param>
    public static ImmutableArray<CompanionFile> Of(IEnumerable<string> files, OutputVocabulary? vocabulary, string? template)
    {
        var changed = vocabulary is { IsOwners: false } ? vocabulary : null;
        var result = ImmutableArray.CreateBuilder<CompanionFile>();
        foreach (var file in files)
        {
            var name = Path.GetFileName(file);
            if (name.StartsWith("chat_template", StringComparison.Ordinal))
            {
                if (template is null)
                    result.Add(CompanionFile.Copy(file));
            }
            else if (name == TokenizerFile.FileName && changed is not null)
                result.Add(CompanionFile.Of(name, TokenizerJson.Write(changed)));
            else if (name == Settings && (changed is not null || template is not null))
                result.Add(Edited(file, json => EditSettings(json, changed, template)));
            else if (changed is null)
                result.Add(CompanionFile.Copy(file));
            else if (name == SpecialTokens)
                result.Add(Edited(file, json => DropLost(json, changed)));
            else if (name == AddedTokens)
                result.Add(CompanionFile.Of(name, Text(new JsonObject(changed.Added.Select(token => KeyValuePair.Create(token.Content, (JsonNode?)token.Id))))));
        }

        if (template is not null)
            result.Add(CompanionFile.Of(ChatTemplate, template));
        return result.ToImmutable();
    }

    private static void EditSettings(JsonObject settings, OutputVocabulary? changed, string? template)
    {
        if (template is not null)
            settings["chat_template"] = template;
        if (changed is null)
            return;
        DropLost(settings, changed);
        settings["added_tokens_decoder"] = new JsonObject(changed.Added.Select(token => KeyValuePair.Create(
            token.Id.ToString(CultureInfo.InvariantCulture),
            (JsonNode?)new JsonObject
            {
                ["content"] = token.Content,
                ["lstrip"] = token.StripsLeft,
                ["normalized"] = token.Normalized,
                ["rstrip"] = token.StripsRight,
                ["single_word"] = token.SingleWord,
                ["special"] = token.Special,
            })));
    }

    /// <summary>A special token that has no row any more would be added anew by whoever loads the tokenizer, past the end of the embedding.</summary>
    private static void DropLost(JsonObject settings, OutputVocabulary vocabulary)
    {
        foreach (var (key, value) in settings.ToArray())
            if (key.EndsWith("_token", StringComparison.Ordinal) && IsLost(value))
                settings.Remove(key);
            else if (value is JsonArray list && key.EndsWith("_tokens", StringComparison.Ordinal) && list.Any(IsLost))
                settings[key] = new JsonArray([.. list.Where(token => !IsLost(token)).Select(token => token?.DeepClone())]);

        bool IsLost(JsonNode? token) =>
            (token is JsonObject described ? described["content"] : token) is JsonValue value && value.TryGetValue<string>(out var text)
            && vocabulary.File.Ids.ContainsKey(text) && vocabulary.IdOf(text) is null;
    }

    private static CompanionFile Edited(string file, Action<JsonObject> edit)
    {
        var json = Read(file);
        edit(json);
        return CompanionFile.Of(Path.GetFileName(file), Text(json));
    }

    /// <exception cref="CheckpointException">The file is no JSON object.</exception>
    public static JsonObject Read(string file)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(file)) as JsonObject ?? throw new CheckpointException(file, "is no JSON object");
        }
        catch (Exception problem) when (problem is JsonException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CheckpointException(file, $"is not valid JSON: {problem.Message}", problem);
        }
    }

    public static string Text(JsonObject json) => json.ToJsonString(Readable) + "\n";
}
