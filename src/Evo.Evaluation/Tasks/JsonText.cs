using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Evo.Evaluation.Tasks;

/// <summary>JSON values as text.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Compact JSON; numbers as they stand in the file, letters of every script unescaped.</summary>
    internal static string Of(JsonNode value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Readable))
            value.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads every name and string once, since <see cref="JsonNode"/> decodes them late and a bad escape would surface anywhere.</summary>
    /// <exception cref="InvalidOperationException">A string holds half of a surrogate pair.</exception>
    internal static void Materialize(JsonNode? value)
    {
        switch (value)
        {
            case JsonObject inner:
                foreach (var (_, field) in inner)
                    Materialize(field);
                break;
            case JsonArray list:
                foreach (var element in list)
                    Materialize(element);
                break;
            case JsonValue text when text.GetValueKind() == JsonValueKind.String:
                _ = text.GetValue<string>();
                break;
        }
    }
}
