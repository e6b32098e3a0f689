using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Evo.Checkpoints;

namespace Evo.Merging.Planning.Vocabularies;

/// <summary>Writes an output vocabulary as tokenizer.json: the owner's file with other added tokens, and without tokens that have no row.</summary>
internal static class TokenizerJson
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(OutputVocabulary vocabulary)
    {
        using var document = TokenizerFile.Open(vocabulary.File.Path);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Readable))
        {
            json.WriteStartObject();
            var hasAdded = false;
            foreach (var property in document.RootElement.EnumerateObject())
            {
                hasAdded |= property.NameEquals("added_tokens");
                json.WritePropertyName(property.Name);
                if (property.NameEquals("added_tokens"))
                    WriteAdded(json, vocabulary);
                else if (property.NameEquals("model") && LosesTokens(vocabulary))
                    WriteModel(json, property.Value, vocabulary);
                else
                    property.Value.WriteTo(json);
            }

            if (!hasAdded)
            {
                json.WritePropertyName("added_tokens");
                WriteAdded(json, vocabulary);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>SHA-256 of a file, in hex.</summary>
    public static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static bool LosesTokens(OutputVocabulary vocabulary) => vocabulary.File.Ids.Values.Any(id => id >= vocabulary.OwnerLimit);

    private static void WriteAdded(Utf8JsonWriter json, OutputVocabulary vocabulary)
    {
        json.WriteStartArray();
        foreach (var token in vocabulary.Added)
        {
            json.WriteStartObject();
            json.WriteNumber("id", token.Id);
            token.WriteFlags(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteModel(Utf8JsonWriter json, JsonElement model, OutputVocabulary vocabulary)
    {
        json.WriteStartObject();
        foreach (var property in model.EnumerateObject())
        {
            json.WritePropertyName(property.Name);
            if (property.NameEquals("vocab"))
                WriteVocabulary(json, property.Value, vocabulary);
            else if (property.NameEquals("merges") && property.Value.ValueKind == JsonValueKind.Array)
                WriteMerges(json, property.Value, vocabulary);
            else if (property.NameEquals("unk_id") && property.Value.ValueKind == JsonValueKind.Number && property.Value.GetInt64() >= vocabulary.OwnerLimit)
                throw new CheckpointException(vocabulary.File.Path, $"its unknown token {property.Value.GetInt64()} has no row in the embedding");
            else
                property.Value.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static void WriteVocabulary(Utf8JsonWriter json, JsonElement tokens, OutputVocabulary vocabulary)
    {
        if (tokens.ValueKind == JsonValueKind.Object)
        {
            json.WriteStartObject();
            foreach (var token in tokens.EnumerateObject())
                if (token.Value.GetInt32() is var id && id < vocabulary.OwnerLimit)
                    json.WriteNumber(token.Name, id);
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartArray();
            foreach (var token in tokens.EnumerateArray().Take((int)Math.Min(int.MaxValue, vocabulary.OwnerLimit)))
                token.WriteTo(json);
            json.WriteEndArray();
        }
    }

    /// <summary>Merges whose parts and result are all there.</summary>
    private static void WriteMerges(Utf8JsonWriter json, JsonElement merges, OutputVocabulary vocabulary)
    {
        json.WriteStartArray();
        foreach (var merge in merges.EnumerateArray())
        {
            string[] parts = merge.ValueKind == JsonValueKind.Array
                ? [.. merge.EnumerateArray().Select(part => part.GetString()!)]
                : merge.GetString()!.Split(' ');
            if (parts.Append(string.Concat(parts)).All(IsThere))
                merge.WriteTo(json);
        }

        json.WriteEndArray();

        bool IsThere(string token) => !vocabulary.File.Ids.TryGetValue(token, out var id) || id < vocabulary.OwnerLimit;
    }
}
