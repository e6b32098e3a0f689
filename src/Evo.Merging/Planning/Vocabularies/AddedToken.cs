using System.Text.Json;

namespace Evo.Merging.Planning.Vocabularies;

/// <summary>A token beside a tokenizer's own vocabulary, as <c>added_tokens</c> of tokenizer.json lists it: found in a text before anything else is.</summary>
internal sealed record AddedToken(int Id, string Content, bool SingleWord, bool StripsLeft, bool StripsRight, bool Normalized, bool Special)
{
    /// <summary>A token that a recipe adds by its text alone.</summary>
    public static AddedToken Plain(int id, string content) => new(id, content, false, false, false, Normalized: true, Special: false);

    public static AddedToken Read(JsonElement json) => new(
        json.GetProperty("id").GetInt32(), json.GetProperty("content").GetString()!, Flag(json, "single_word"), Flag(json, "lstrip"), Flag(json, "rstrip"),
        Flag(json, "normalized"), Flag(json, "special"));

    /// <summary>The flags, in an object that the caller has opened.</summary>
    public void WriteFlags(Utf8JsonWriter json)
    {
        json.WriteString("content", Content);
        json.WriteBoolean("single_word", SingleWord);
        json.WriteBoolean("lstrip", StripsLeft);
        json.WriteBoolean("rstrip", StripsRight);
        json.WriteBoolean("normalized", Normalized);
        json.WriteBoolean("special", Special);
    }

    private static bool Flag(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
