using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Evo.Search.Runs;

/// <summary>
/// One way of writing JSON in the run store and in everything that is read from it: camelCase, shortest numbers that read back bit for bit. The types that
/// can be written are listed at <see cref="RunJsonTypes"/>.
/// </summary>
internal static class RunJson
{
    private static readonly JsonSerializerOptions Compact = Options(indented: false);

    private static readonly JsonSerializerOptions Indented = Options(indented: true);

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, TypeInfo<T>(Compact));

    public static void Write<T>(T value, Stream stream) => JsonSerializer.Serialize(stream, value, TypeInfo<T>(Compact));

    /// <summary>A document for people and programs: indented, with a line end.</summary>
    public static string WriteDocument<T>(T value) => JsonSerializer.Serialize(value, TypeInfo<T>(Indented)) + "\n";

    public static T Read<T>(string text) => JsonSerializer.Deserialize(text, TypeInfo<T>(Compact)) ?? throw NoValue();

    public static T Read<T>(Stream stream) => JsonSerializer.Deserialize(stream, TypeInfo<T>(Compact)) ?? throw NoValue();

    /// <summary>A vector of numbers as it stands in the store.</summary>
    public static string Write(ImmutableArray<double> vector) => Write<ImmutableArray<double>>(vector);

    private static JsonTypeInfo<T> TypeInfo<T>(JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));

    private static JsonException NoValue() => new("null where a value was expected");

    private static JsonSerializerOptions Options(bool indented) => new(RunJsonTypes.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // files and terminals, not web pages
        WriteIndented = indented,
        NewLine = "\n",
    };
}
