using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Evo.Inference.Tokenizers;

/// <summary>
/// The bytes that each token stands for, so that decoding is a concatenation and loses nothing: the native library cuts a text at the first
/// token that ends inside a UTF-8 character.
/// Two alphabets exist. In byte-level vocabularies (GPT-2, Llama 3, Qwen) every character of a token stands for one byte; in SentencePiece ones
/// (Llama 2, Mistral) U+2581 is a space and <c>&lt;0x0A&gt;</c> one byte, and a space is put before the text.
/// </summary>
internal sealed class TokenBytes
{
    private const char LowerOneEighthBlock = '\u2581';

    private readonly byte[]?[] _bytes;
    private readonly FrozenSet<int> _added;
    private readonly bool _stripsLeadingSpace;

    public TokenBytes(TokenizerJson json)
    {
        var decoders = Decoders(json.Root);
        IsByteLevel = Array.Exists(decoders, step => Type(step) == "ByteLevel");
        _stripsLeadingSpace = Array.Exists(decoders, step => Type(step) == "Strip" || (Type(step) == "Metaspace" && PutsSpaceFirst(step)));
        var byteOf = IsByteLevel ? ByteLevelAlphabet() : null;
        _bytes = new byte[]?[1 + json.Vocabulary.Concat(json.AddedTokens).Max(token => token.Item2)];
        foreach (var (text, id) in json.Vocabulary)
            _bytes[id] = byteOf is null ? FromSentencePiece(text) : FromByteLevel(text, byteOf);
        foreach (var (content, id) in json.AddedTokens)
            _bytes[id] = Encoding.UTF8.GetBytes(content);
        _added = json.AddedTokens.Select(token => token.Id).ToFrozenSet();
        ZeroByte = Array.FindIndex(_bytes, bytes => bytes is [0]) is >= 0 and var id0 ? id0 : null;
    }

    public bool IsByteLevel { get; }

    /// <summary>The token of the zero byte alone, or null when the vocabulary has none. Text is encoded in pieces around it.</summary>
    public int? ZeroByte { get; }

    /// <summary>The text of <paramref name="tokens"/>. Bytes that form no UTF-8 character become U+FFFD; ids without a token are left out.</summary>
    public string Decode(ReadOnlySpan<int> tokens)
    {
        var length = 0;
        foreach (var token in tokens)
            length += Of(token).Length;
        var buffer = length <= 1024 ? stackalloc byte[length] : new byte[length];
        var used = 0;
        var atStart = true;
        foreach (var token in tokens)
        {
            var bytes = Of(token);
            if (atStart && _stripsLeadingSpace && !_added.Contains(token) && bytes is [(byte)' ', ..])
                bytes = bytes[1..];
            bytes.CopyTo(buffer[used..]);
            used += bytes.Length;
            atStart = _added.Contains(token) || token == ZeroByte;
        }

        return Encoding.UTF8.GetString(buffer[..used]);
    }

    private ReadOnlySpan<byte> Of(int token) => (uint)token < (uint)_bytes.Length ? _bytes[token] : default;

    private static byte[] FromByteLevel(string text, FrozenDictionary<char, byte> byteOf)
    {
        var bytes = new List<byte>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsBmp && byteOf.TryGetValue((char)rune.Value, out var value))
                bytes.Add(value);
            else
                bytes.AddRange(Encoding.UTF8.GetBytes(rune.ToString()));
        }

        return [.. bytes];
    }

    private static byte[] FromSentencePiece(string text) =>
        text is ['<', '0', 'x', _, _, '>'] && byte.TryParse(text.AsSpan(3, 2), System.Globalization.NumberStyles.HexNumber, null, out var value)
            ? [value]
            : Encoding.UTF8.GetBytes(text.Replace(LowerOneEighthBlock, ' '));

    /// <summary>GPT-2's alphabet: printable Latin-1 characters stand for their own byte, the other bytes follow in order from U+0100.</summary>
    private static FrozenDictionary<char, byte> ByteLevelAlphabet()
    {
        var byteOf = new Dictionary<char, byte>();
        var next = '\u0100';
        for (var value = 0; value < 256; value++)
        {
            var stands = value is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            byteOf[stands ? (char)value : next++] = (byte)value;
        }

        return byteOf.ToFrozenDictionary();
    }

    private static JsonElement[] Decoders(JsonElement root)
    {
        if (!root.TryGetProperty("decoder", out var step) || step.ValueKind != JsonValueKind.Object)
            return [];
        return step.TryGetProperty("decoders", out var steps) ? [.. steps.EnumerateArray()] : [step];
    }

    private static string Type(JsonElement step) => step.GetProperty("type").GetString()!;

    private static bool PutsSpaceFirst(JsonElement metaspace) =>
        metaspace.TryGetProperty("prepend_scheme", out var scheme)
            ? scheme.ValueKind == JsonValueKind.String && scheme.GetString() != "never"
            : !metaspace.TryGetProperty("add_prefix_space", out var prefix) || prefix.ValueKind == JsonValueKind.True;
}
