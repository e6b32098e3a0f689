using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Evo.Evaluation.Tasks;

/// <summary>
/// SHA-256 over values in a form of our own, in which every value is a tag, a little-endian length and its bytes: no two different sequences of
/// values share it, and no library's way of writing JSON can change it. Keys of an object count in ordinal order, numbers as they are written.
/// </summary>
internal sealed class CanonicalHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    internal CanonicalHash Add(string text) => Add('s', text);

    internal CanonicalHash Add(IReadOnlyCollection<string> texts)
    {
        Begin('a', texts.Count);
        foreach (var text in texts)
            Add(text);
        return this;
    }

    internal CanonicalHash Add(JsonNode? value)
    {
        switch (value)
        {
            case JsonObject inner:
                Begin('o', inner.Count);
                foreach (var (name, field) in inner.OrderBy(field => field.Key, StringComparer.Ordinal))
                    Add(name).Add(field);
                return this;
            case JsonArray list:
                Begin('a', list.Count);
                foreach (var element in list)
                    Add(element);
                return this;
            default:
                return value?.GetValueKind() == JsonValueKind.String ? Add(value.GetValue<string>()) : Add('v', value?.ToJsonString() ?? "null");
        }
    }

    /// <summary>The hash in lower-case hex; the hash then begins anew.</summary>
    internal string ToHex() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();

    private CanonicalHash Add(char tag, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Begin(tag, bytes.Length);
        _hash.AppendData(bytes);
        return this;
    }

    private void Begin(char tag, int length)
    {
        Span<byte> head = stackalloc byte[5];
        head[0] = (byte)tag;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], length);
        _hash.AppendData(head);
    }
}
