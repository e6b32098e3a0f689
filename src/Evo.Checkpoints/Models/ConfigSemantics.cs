using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Evo.Checkpoints.Models;

/// <summary>
/// What a configuration says, in one spelling: keys in ordinal order, numbers by value (<c>1e-5</c> is <c>0.00001</c>, <c>1.0</c> is
/// <c>1</c>), and without the fields that only tell where the file comes from.
/// </summary>
internal static class ConfigSemantics
{
    private static readonly HashSet<string> Provenance = new(StringComparer.Ordinal) { "_name_or_path", "transformers_version" };

    /// <summary>UTF-8 JSON, equal for configurations of equal meaning.</summary>
    public static byte[] Of(JsonObject config)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            Write(json, config);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                json.WriteStartObject();
                foreach (var (key, value) in fields.OrderBy(field => field.Key, StringComparer.Ordinal))
                {
                    if (Provenance.Contains(key))
                        continue;
                    json.WritePropertyName(key);
                    Write(json, value);
                }

                json.WriteEndObject();
                break;
            case JsonArray items:
                json.WriteStartArray();
                foreach (var item in items)
                    Write(json, item);
                json.WriteEndArray();
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number
                && !value.TryGetValue<long>(out _) && value.TryGetValue<double>(out var number):
                WriteNumber(json, number);
                break;
            case null:
                json.WriteNullValue();
                break;
            default:
                node.WriteTo(json);
                break;
        }
    }

    /// <summary>Whole numbers that a double holds exactly are written without a fraction, as they are when given so.</summary>
    private static void WriteNumber(Utf8JsonWriter json, double number)
    {
        if (Math.Abs(number) <= 1L << 53 && number == Math.Floor(number))
            json.WriteNumberValue((long)number);
        else if (double.IsFinite(number))
            json.WriteNumberValue(number);
        else
            json.WriteStringValue(number.ToString(System.Globalization.CultureInfo.InvariantCulture)); // beyond float64: 1e999
    }
}
