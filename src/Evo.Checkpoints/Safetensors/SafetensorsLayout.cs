using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;
using Evo.Checkpoints.Files;
using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Safetensors;

/// <summary>
/// Where every tensor of a file to be written goes. Wider element types come first (in the given order among themselves) and the header is
/// padded to 8 bytes, so that every tensor is aligned to its elements, as the reference writer does.
/// </summary>
internal sealed class SafetensorsLayout
{
    private const int HeaderAlignment = 8;

    /// <summary>What PyTorch users' readers look for.</summary>
    public static IReadOnlyDictionary<string, string> PyTorchFormat { get; } = new Dictionary<string, string> { ["format"] = "pt" };

    /// <exception cref="ArgumentException">Two tensors of one name, an empty name, or the header's own <c>__metadata__</c>.</exception>
    public SafetensorsLayout(IEnumerable<TensorInfo> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var stored = ImmutableArray.CreateBuilder<StoredTensor>();
        long end = 0;
        foreach (var tensor in tensors.OrderByDescending(tensor => tensor.Type.ByteSize()))
        {
            if (tensor.Name is "" or SafetensorsHeader.MetadataKey || !names.Add(tensor.Name))
            {
                throw new ArgumentException(
                    $"a tensor cannot be named {Quoted.Name(tensor.Name)} here: the name is empty, reserved or taken", nameof(tensors));
            }

            stored.Add(new StoredTensor(tensor, end));
            end = checked(end + tensor.ByteLength);
        }

        Tensors = stored.ToImmutable();
        Start = Header(Tensors, metadata);
        FileLength = checked(Start.Length + end);
    }

    public ImmutableArray<StoredTensor> Tensors { get; }

    /// <summary>The file's first bytes: length field and header. The data begins after them.</summary>
    public byte[] Start { get; }

    /// <summary>Bytes of the whole file.</summary>
    public long FileLength { get; }

    private static byte[] Header(ImmutableArray<StoredTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        buffer.Write(new byte[SafetensorsHeader.LengthFieldBytes]);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject(SafetensorsHeader.MetadataKey);
            foreach (var (key, value) in metadata)
                json.WriteString(key, value);
            json.WriteEndObject();
            foreach (var tensor in tensors)
                WriteEntry(json, tensor);
            json.WriteEndObject();
        }

        while (buffer.Length % HeaderAlignment != 0)
            buffer.WriteByte((byte)' ');

        var bytes = buffer.ToArray();
        var length = bytes.Length - SafetensorsHeader.LengthFieldBytes;
        if (length > SafetensorsHeader.LargestHeader)
        {
            throw new ArgumentException(
                $"{tensors.Length} tensors make a header of {length} bytes; the format allows {SafetensorsHeader.LargestHeader}", nameof(tensors));
        }

        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        return bytes;
    }

    private static void WriteEntry(Utf8JsonWriter json, StoredTensor tensor)
    {
        json.WriteStartObject(tensor.Info.Name);
        json.WriteString("dtype", SafetensorsTypes.NameOf(tensor.Info.Type));
        json.WriteStartArray("shape");
        foreach (var extent in tensor.Info.Shape)
            json.WriteNumberValue(extent);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(tensor.Begin);
        json.WriteNumberValue(tensor.Begin + tensor.Info.ByteLength);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
