using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evo.Search.Runs;

/// <summary>
/// One way of writing JSON in the run store and in everything that is read from it: camelCase, shortest numbers that read back bit for bit.
/// </summary>
internal static class RunJson
{
    public static readonly JsonSerializerOptions Compact = Options(indented: false);

    public static readonly JsonSerializerOptions Indented = Options(indented: true);

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Compact);

    public static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text, Compact) ?? throw new JsonException("null where a value was expected");

    /// <summary>A vector of numbers as it stands in the store.</summary>
    public static string Write(ImmutableArray<double> vector) => Write<ImmutableArray<double>>(vector);

    private static JsonSerializerOptions Options(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // files and terminals, not web pages
        WriteIndented = indented,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}
