using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Evo.Evaluation.Tasks;

/// <summary>A task's data: JSON lines, UTF-8, one object a line; blank lines are skipped.</summary>
internal static class DataFile
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly JsonDocumentOptions StrictJson = new() { AllowDuplicateProperties = false };

    /// <summary>Every item, in file order, each with an id of its own.</summary>
    /// <exception cref="TaskException">The file cannot be read, is empty, or a line of it is no JSON object or repeats an id.</exception>
    internal static ImmutableArray<TaskItem> Read(string path)
    {
        var bytes = ReadBytes(path).AsSpan();
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];

        var items = ImmutableArray.CreateBuilder<TaskItem>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        var number = 0;
        foreach (var range in bytes.Split((byte)'\n'))
        {
            number++;
            var line = bytes[range];
            if (line.Trim(" \t\r"u8).IsEmpty)
                continue;
            var fields = ReadObject(path, number, line);
            var item = new TaskItem(Id(path, number, fields), number, fields);
            if (!lines.TryAdd(item.Id, number))
                throw new TaskException(path, number, $"the id '{item.Id}' stands on line {lines[item.Id]} already; ids must differ");
            items.Add(item);
        }

        return items.Count > 0 ? items.ToImmutable() : throw new TaskException(path, "has no items; it needs one JSON object per line");
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TaskException(path, $"the task's data cannot be read: {exception.Message}", exception);
        }
    }

    private static JsonObject ReadObject(string path, int number, ReadOnlySpan<byte> line)
    {
        try
        {
            var node = JsonNode.Parse(StrictUtf8.GetString(line), documentOptions: StrictJson);
            JsonText.Materialize(node);
            return node as JsonObject
                ?? throw new TaskException(path, number, "is no JSON object; write one {\"field\": value, ...} per line");
        }
        catch (JsonException exception)
        {
            var place = exception.BytePositionInLine is { } position ? $" near byte {position + 1}" : "";
            throw new TaskException(path, number, $"is no valid JSON{place}: {Reason(exception)}", exception);
        }
        catch (DecoderFallbackException exception)
        {
            throw new TaskException(path, number, "is no valid UTF-8", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new TaskException(path, number, "has a string with half of a surrogate pair (\\ud800-\\udfff)", exception);
        }
    }

    /// <summary>The message without System.Text.Json's own line count, which is always 0 here.</summary>
    private static string Reason(JsonException exception)
    {
        var end = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? exception.Message : exception.Message[..end];
    }

    private static string Id(string path, int number, JsonObject fields)
    {
        if (!fields.TryGetPropertyValue("id", out var id))
            return number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (id?.GetValueKind() is not (JsonValueKind.String or JsonValueKind.Number))
            throw new TaskException(path, number, "the field 'id' must be a text or a number");
        var text = Template.AsText(id);
        return text.Length > 0 ? text : throw new TaskException(path, number, "the field 'id' is empty");
    }
}
