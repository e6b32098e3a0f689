using System.Globalization;
using System.Text.Json.Nodes;

namespace Evo.Merging.Planning.Vocabularies;

/// <summary>
/// Numbers of tokens in config.json and generation_config.json, when the result has another vocabulary than its base: what the model whose tokenizer the
/// result has says, else the base's own tokens under their new numbers.
/// </summary>
internal sealed class TokenIds(OutputVocabulary vocabulary, ParentIndex donor, PlanNotes notes)
{
    private readonly Dictionary<int, string> _donorTokens = (donor.Tokenizer.Value ?? vocabulary.File).Ids.GroupBy(pair => pair.Value)
        .ToDictionary(token => token.Key, token => token.First().Key);

    /// <summary>Rewrites the numbers of one object and of the objects in it.</summary>
    /// <param name="owners">The same file of the model whose tokenizer the result has; null when that is the base, or has none.</param>
    public void Rewrite(JsonObject config, JsonObject? owners)
    {
        foreach (var (key, value) in config.ToArray())
            if (value is JsonObject inner)
                Rewrite(inner, owners?[key] as JsonObject);
            else if (IsTokenId(key) && value is JsonValue or JsonArray)
                config[key] = owners?[key] is { } theirs and (JsonValue or JsonArray) && Known(theirs) ? theirs.DeepClone() : Mapped(key, value);
    }

    private static bool IsTokenId(string key) =>
        key.EndsWith("_token_id", StringComparison.Ordinal) || key.EndsWith("_token_ids", StringComparison.Ordinal) || key.EndsWith("_token_index", StringComparison.Ordinal);

    private bool Known(JsonNode ids) => ids is JsonArray list ? list.All(id => id is JsonValue && Known(id)) : ids is JsonValue value && value.TryGetValue<int>(out var id)
        && id >= 0 && id < vocabulary.Tokens.Length && vocabulary.Tokens[id] is not null;

    private JsonNode? Mapped(string key, JsonNode ids)
    {
        if (ids is JsonArray list)
            return new JsonArray([.. list.Select(id => id is JsonValue ? Mapped(key, id) : id?.DeepClone()).Where(id => id is not null)]);
        if (!((JsonValue)ids).TryGetValue<int>(out var number) || number < 0)
            return ids.DeepClone();
        if (_donorTokens.TryGetValue(number, out var token) && vocabulary.IdOf(token) is { } now)
            return now;
        notes.Add(string.Create(CultureInfo.InvariantCulture,
            $"'{key}' was {number}{(token is null ? "" : $" ('{token}')")}, which is no token of the result; it is left empty"));
        return null;
    }
}
