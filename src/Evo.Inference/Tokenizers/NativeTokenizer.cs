using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Evo.Checkpoints;

namespace Evo.Inference.Tokenizers;

/// <summary>
/// A tokenizer read from a model folder: <c>tokenizer.json</c> encodes through the native library of ONNX Runtime GenAI, and decodes byte by byte
/// here. Text is taken as it is: a Unicode normaliser of the file (Qwen's NFC) is not applied, so that every byte comes back; the one exception is
/// U+2581 itself in SentencePiece vocabularies, where it is the space.
/// </summary>
public sealed unsafe class NativeTokenizer : ITokenizer
{
    // The native classes that the library knows and that read a byte-pair tokenizer.json; the class decides its handling of spaces.
    private static readonly ImmutableArray<string> KnownClasses =
        ["PreTrained", "Gemma", "Llama", "Phi3", "CodeLlama", "CodeGen", "GPT2", "Qwen2", "GPTNeoX"];

    private readonly Lock _turn = new(); // the native splitter keeps state between its calls
    private readonly TokenBytes _bytes;
    private readonly string _path;
    private nint _handle;

    private NativeTokenizer(string path, TokenBytes bytes, SpecialTokens special, nint handle)
    {
        _path = path;
        _bytes = bytes;
        _handle = handle;
        BeginOfText = special.BeginOfText;
        EndOfText = special.EndOfText;
    }

    public int? BeginOfText { get; }

    public ImmutableArray<int> EndOfText { get; }

    /// <summary>Reads the tokenizer of <paramref name="modelFolder"/>.</summary>
    /// <exception cref="CheckpointException">A tokenizer file is missing, malformed, or of a kind that is not supported.</exception>
    /// <exception cref="DllNotFoundException">The native library is not beside the program.</exception>
    public static NativeTokenizer Open(string modelFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelFolder);
        using var json = TokenizerJson.Open(modelFolder);
        var special = SpecialTokens.Read(modelFolder, json);
        var bytes = new TokenBytes(json);
        OrtxNative.EnsureLoadable();
        var handle = Create(json, NativeClass(special.TokenizerClass, bytes));
        return new NativeTokenizer(json.Path, bytes, special, handle);
    }

    public ImmutableArray<int> Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = ImmutableArray.CreateBuilder<int>();
        var start = 0;
        while (text.AsSpan(start).IndexOf('\0') is >= 0 and var length) // the native interface ends a text at its first zero byte
        {
            EncodePart(text.AsSpan(start, length), ids);
            ids.Add(_bytes.ZeroByte ?? throw new CheckpointException(_path, "has no token for the zero byte that the text holds."));
            start += length + 1;
        }

        EncodePart(text.AsSpan(start), ids);
        return ids.DrainToImmutable();
    }

    public string Decode(ReadOnlySpan<int> tokens) => _bytes.Decode(tokens);

    public void Dispose()
    {
        lock (_turn)
        {
            if (_handle != 0)
                OrtxNative.Free(_handle);
            _handle = 0;
        }
    }

    private void EncodePart(ReadOnlySpan<char> text, ImmutableArray<int>.Builder ids)
    {
        if (text.IsEmpty)
            return;
        var utf8 = new byte[Encoding.UTF8.GetMaxByteCount(text.Length) + 1];
        Encoding.UTF8.GetBytes(text, utf8);
        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_handle == 0, this);
            fixed (byte* pointer = utf8)
            {
                var item = pointer;
                Check(OrtxNative.Tokenize(_handle, &item, 1, out var result), _path);
                try
                {
                    Check(OrtxNative.GetTokenIds(result, 0, out var tokens, out var count), _path);
                    foreach (var token in new ReadOnlySpan<uint>(tokens, checked((int)count)))
                        ids.Add(token <= int.MaxValue ? (int)token : throw new CheckpointException(_path, "has no token for a part of the text."));
                }
                finally
                {
                    OrtxNative.Free(result);
                }
            }
        }
    }

    private static nint Create(TokenizerJson json, string tokenizerClass)
    {
        var config = Encoding.UTF8.GetBytes(new JsonObject { ["tokenizer_class"] = tokenizerClass }.ToJsonString());
        nint handle;
        fixed (byte* vocabulary = json.Bytes, settings = config)
        {
            var blob = new OrtxNative.TokenizerBlob
            {
                Config = settings,
                ConfigLength = (nuint)config.Length,
                Vocabulary = vocabulary,
                VocabularyLength = (nuint)json.Bytes.Length,
            };
            Check(OrtxNative.CreateTokenizerFromBlob(out handle, blob), json.Path);
        }

        fixed (byte* key = "add_special_tokens\0"u8, value = "false\0"u8)
        {
            var (keys, values) = ((nint)key, (nint)value);
            Check(OrtxNative.UpdateTokenizerOptions(handle, (byte**)&keys, (byte**)&values, 1), json.Path);
        }

        return handle;
    }

    private static string NativeClass(string? tokenizerClass, TokenBytes bytes)
    {
        var family = tokenizerClass?.Split("Tokenizer")[0];
        if (family is not null && KnownClasses.Contains(family))
            return family + "Tokenizer";
        return bytes.IsByteLevel ? "PreTrainedTokenizer" : "LlamaTokenizer";
    }

    private static void Check(int code, string path)
    {
        if (code != 0)
            throw new CheckpointException(path, $"was refused by the native tokenizer: {OrtxNative.LastError}");
    }
}
