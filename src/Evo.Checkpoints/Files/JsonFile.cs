using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Evo.Checkpoints.Files;

/// <summary>Reads and writes the small JSON files of a model folder.</summary>
internal static class JsonFile
{
    /// <summary>Far above any real configuration or shard index, far below what hurts.</summary>
    private const long LargestFile = 100_000_000;

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The object that the file holds.</summary>
    /// <exception cref="CheckpointException">
    /// Missing, unreadable, larger than 100 MB, not JSON (with line and position), a key given twice, or not an object.
    /// </exception>
    public static JsonObject ReadObject(string path)
    {
        using var file = MappedFile.Open(path, minimumLength: 2);
        if (file.Length > LargestFile)
        {
            throw new CheckpointException(path,
                $"holds {file.Length} bytes, more than the {LargestFile} that a JSON file of a model folder may have");
        }

        return ParseObject(path, file.Slice(0, (int)file.Length));
    }

    /// <summary>The object as a file: indented, its text not escaped more than it must be.</summary>
    public static byte[] ToUtf8(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString(Readable) + "\n");

    public static JsonObject ParseObject(string path, ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith("\uFEFF"u8))
            utf8 = utf8[3..];

        if (!Utf8.IsValid(utf8))
            throw new CheckpointException(path, "is not valid UTF-8");

        try
        {
            var json = JsonNode.Parse(utf8, documentOptions: Strict) as JsonObject
                ?? throw new CheckpointException(path, "must hold a JSON object ({ ... }), but holds another kind of value");
            Unfold(json);
            return json;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            var place = error is JsonException { LineNumber: { } line, BytePositionInLine: { } position }
                ? $"line {line + 1}, byte {position + 1}: "
                : "";
            throw new CheckpointException(path, $"{place}is not valid JSON: {error.Message}", error);
        }
    }

    /// <summary>
    /// Reads every key and string once: nodes decode lazily, and an escaped string that is no text (a lone surrogate) must be refused here,
    /// not where it is first looked at. An unfolded object is also safe to read from many threads.
    /// </summary>
    private static void Unfold(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var field in fields)
                    Unfold(field.Value);
                break;
            case JsonArray items:
                foreach (var item in items)
                    Unfold(item);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                value.GetValue<string>();
                break;
        }
    }
}
