using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;
using Evo.Checkpoints.Files;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Safetensors;

/// <summary>
/// Reads the JSON header of an untrusted safetensors file token by token, so that duplicate keys are seen and nothing is allocated that
/// the header's own bytes do not pay for. Stricter than the reference reader: unknown keys in a tensor's entry are refused, since a key
/// that changes what the bytes mean must not be skipped.
/// </summary>
internal ref struct SafetensorsHeaderReader
{
    /// <summary>More dimensions than any framework has.</summary>
    private const int LargestRank = 64;

    private readonly string _path;
    private Utf8JsonReader _json;

    private SafetensorsHeaderReader(string path, ReadOnlySpan<byte> header)
    {
        _path = path;
        _json = new Utf8JsonReader(header);
    }

    /// <param name="header">The JSON text, length field excluded; not empty.</param>
    /// <param name="dataLength">Bytes after the header.</param>
    /// <exception cref="CheckpointException">The header is not valid, or does not describe the data exactly.</exception>
    public static SafetensorsHeader Read(string path, ReadOnlySpan<byte> header, long dataLength)
    {
        if (header[0] != (byte)'{')
            throw new CheckpointException(path, "its header does not start with '{': this is not a safetensors file");
        if (!Utf8.IsValid(header))
            throw new CheckpointException(path, "its header is not valid UTF-8: the file is damaged or not a safetensors file");

        var reader = new SafetensorsHeaderReader(path, header);
        try
        {
            return reader.ReadHeader(dataLength);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escaped string that is no text, such as a lone surrogate.
            throw reader.Refusal($"the header is not valid JSON: {error.Message}", error);
        }
    }

    private SafetensorsHeader ReadHeader(long dataLength)
    {
        var tensors = new Dictionary<string, (TensorInfo Info, long Begin, long End)>(StringComparer.Ordinal);
        Dictionary<string, string>? metadata = null;
        _json.Read();
        while (NextKey() is { } name)
        {
            if (name == SafetensorsHeader.MetadataKey)
            {
                if (metadata is not null)
                    throw Refusal("__metadata__ is given twice");
                metadata = ReadMetadata();
            }
            else if (!tensors.TryAdd(name, ReadTensor(name)))
                throw Refusal($"tensor {Quoted.Name(name)} is given twice");
        }

        _json.Read(); // throws when anything but white space follows
        return new SafetensorsHeader(SafetensorsExtents.Check(_path, tensors.Values, dataLength), metadata ?? []);
    }

    private Dictionary<string, string> ReadMetadata()
    {
        Expect(JsonTokenType.StartObject, "__metadata__ must be an object of strings");
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        while (NextKey() is { } key)
        {
            Expect(JsonTokenType.String, $"__metadata__: the value of {Quoted.Name(key)} must be a string");
            if (!metadata.TryAdd(key, _json.GetString()!))
                throw Refusal($"__metadata__: {Quoted.Name(key)} is given twice");
        }

        return metadata;
    }

    private (TensorInfo Info, long Begin, long End) ReadTensor(string name)
    {
        var place = $"tensor {Quoted.Name(name)}";
        Expect(JsonTokenType.StartObject, $"{place}: must be an object with dtype, shape and data_offsets");
        ElementType? type = null;
        ImmutableArray<long>? shape = null, offsets = null;
        while (NextKey() is { } key)
        {
            switch (key)
            {
                case "dtype" when type is null:
                    type = ReadType(place);
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers($"{place}: shape", LargestRank);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers($"{place}: data_offsets", 2);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Refusal($"{place}: {key} is given twice");
                default:
                    throw Refusal($"{place}: has the unknown key {Quoted.Name(key)}; known are dtype, shape and data_offsets");
            }
        }

        if (type is null || shape is null || offsets is null)
            throw Refusal($"{place}: {(type is null ? "dtype" : shape is null ? "shape" : "data_offsets")} is missing");
        if (offsets.Value is not [var begin, var end])
            throw Refusal($"{place}: data_offsets must be two numbers, begin and end");

        RequireRepresentable(place, type.Value, shape.Value);
        return (new TensorInfo(name, type.Value, shape.Value), begin, end);
    }

    private ElementType ReadType(string place)
    {
        Expect(JsonTokenType.String, $"{place}: dtype must be a string");
        var name = _json.GetString()!;
        return SafetensorsTypes.Find(name)
            ?? throw Refusal($"{place}: has the unknown dtype {Quoted.Name(name)}; known are {SafetensorsTypes.Known}");
    }

    private ImmutableArray<long> ReadNumbers(string place, int most)
    {
        Expect(JsonTokenType.StartArray, $"{place} must be a list of whole numbers");
        var numbers = ImmutableArray.CreateBuilder<long>(Math.Min(most, 4));
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_json.TokenType != JsonTokenType.Number || !_json.TryGetInt64(out var number) || number < 0)
                throw Refusal($"{place} must hold whole numbers from 0 to 2^63 - 1");
            if (numbers.Count == most)
                throw Refusal($"{place} has more than {most} numbers");
            numbers.Add(number);
        }

        return numbers.ToImmutable();
    }

    private readonly void RequireRepresentable(string place, ElementType type, ImmutableArray<long> shape)
    {
        UInt128 bytes = (UInt128)type.ByteSize();
        foreach (var extent in shape)
        {
            bytes *= (UInt128)extent;
            if (bytes > long.MaxValue)
                throw Refusal($"{place}: the shape [{string.Join(", ", shape)}] has more elements than any file can hold");
        }
    }

    /// <summary>The next key of the current object, with the reader on its value; null at the object's end.</summary>
    private string? NextKey()
    {
        _json.Read();
        return _json.TokenType == JsonTokenType.PropertyName ? _json.GetString() : null;
    }

    private void Expect(JsonTokenType type, string problem)
    {
        _json.Read();
        if (_json.TokenType != type)
            throw Refusal(problem);
    }

    private readonly CheckpointException Refusal(string problem, Exception? inner = null) =>
        new(_path, $"header, byte {SafetensorsHeader.LengthFieldBytes + _json.TokenStartIndex}: {problem}", inner);
}
