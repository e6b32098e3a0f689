using System.Text.Json.Nodes;

namespace Evo.Inference.Tests.Tokenizers;

/// <summary>A model folder in a temporary place that holds only a tokenizer: byte-level (256 bytes and a few merges) or SentencePiece-like.</summary>
internal sealed class TokenizerFolder : IDisposable
{
    private TokenizerFolder(JsonObject tokenizer)
    {
        Tokenizer = tokenizer;
        Save();
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("evo-tokenizer-").FullName;

    public JsonObject Tokenizer { get; }

    /// <summary>Byte b is token b; 256 "ab", 257 "abc", 258 " a", 259 <c>&lt;|end|&gt;</c>, 260 <c>&lt;|start|&gt;</c>.</summary>
    public static TokenizerFolder ByteLevel()
    {
        var alphabet = ByteLevelAlphabet();
        var vocabulary = new JsonObject();
        for (var value = 0; value < 256; value++)
            vocabulary[alphabet[value].ToString()] = value;
        vocabulary["ab"] = 256;
        vocabulary["abc"] = 257;
        vocabulary["\u0120a"] = 258;
        return new TokenizerFolder(new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(AddedToken(259, "<|end|>"), AddedToken(260, "<|start|>")),
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = true },
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray("a b", "ab c", "\u0120 a") },
        });
    }

    /// <summary>Llama 2's form: U+2581 for spaces, one put first, bytes as <c>&lt;0x00&gt;</c> from token 3 on.</summary>
    public static TokenizerFolder SentencePiece()
    {
        var vocabulary = new JsonObject { ["<unk>"] = 0, ["<s>"] = 1, ["</s>"] = 2 };
        for (var value = 0; value < 256; value++)
            vocabulary[$"<0x{value:X2}>"] = 3 + value;
        foreach (var (index, text) in new[] { "\u2581", "a", "b", "c", "\u2581a", "bc" }.Index())
            vocabulary[text] = 259 + index;
        return new TokenizerFolder(new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(AddedToken(0, "<unk>"), AddedToken(1, "<s>"), AddedToken(2, "</s>")),
            ["normalizer"] = JsonNode.Parse(
                """{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}"""),
            ["pre_tokenizer"] = null,
            ["post_processor"] = JsonNode.Parse(
                """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}]}"""),
            ["decoder"] = JsonNode.Parse(
                """
                {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},
                 {"type":"Strip","content":" ","start":1,"stop":0}]}
                """),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE", ["unk_token"] = "<unk>", ["fuse_unk"] = true, ["byte_fallback"] = true, ["vocab"] = vocabulary,
                ["merges"] = new JsonArray("\u2581 a", "b c"),
            },
        });
    }

    /// <summary>Writes another file beside the tokenizer.</summary>
    public TokenizerFolder With(string file, string content)
    {
        File.WriteAllText(System.IO.Path.Combine(Path, file), content);
        return this;
    }

    /// <summary>Writes the tokenizer as <see cref="Tokenizer"/> now is.</summary>
    public TokenizerFolder Save() => With("tokenizer.json", Tokenizer.ToJsonString());

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static JsonObject AddedToken(int id, string content) => new()
    {
        ["id"] = id, ["content"] = content, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false, ["special"] = true,
    };

    private static char[] ByteLevelAlphabet()
    {
        var next = '\u0100';
        return [.. Enumerable.Range(0, 256).Select(value =>
            value is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)value : next++)];
    }
}
