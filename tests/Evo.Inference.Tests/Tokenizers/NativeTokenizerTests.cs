using System.Text;
using System.Text.Json.Nodes;
using Evo.Checkpoints;
using Evo.Inference.Tokenizers;
using FsCheck;
using FsCheck.Fluent;

namespace Evo.Inference.Tests.Tokenizers;

public sealed class NativeTokenizerTests
{
    public static TheoryData<string> Texts => new(
        "", " ", "abc", " a  a", "12+34=", "line\nline\r\n\tend", "naïve", "日本語", "😀👨‍👩‍👧", "x\0y", "\0", "\0\0a", "<|end|>abc<|start|>", "\uFFFD", "a\u0301");

    [Fact]
    public void Encoding_applies_merges_in_order_and_finds_special_tokens_in_the_text()
    {
        using var folder = TokenizerFolder.ByteLevel();
        using var tokenizer = NativeTokenizer.Open(folder.Path);

        Assert.Equal([257, ' ', 256, 258, 'c', 259, 'x'], tokenizer.Encode("abc ab ac<|end|>x").ToArray());
    }

    [Fact]
    public void No_special_token_is_added()
    {
        using var folder = TokenizerFolder.SentencePiece().With("tokenizer_config.json", """{"add_bos_token": true, "bos_token": "<s>", "tokenizer_class": "LlamaTokenizer"}""");
        using var tokenizer = NativeTokenizer.Open(folder.Path);

        Assert.Equal([263, 264], tokenizer.Encode("abc").ToArray());
        Assert.Equal(1, tokenizer.BeginOfText);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Byte_level_decoding_gives_back_the_text(string text)
    {
        using var folder = TokenizerFolder.ByteLevel();
        using var tokenizer = NativeTokenizer.Open(folder.Path);

        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text).AsSpan()));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void SentencePiece_decoding_gives_back_the_text(string text)
    {
        using var folder = TokenizerFolder.SentencePiece();
        using var tokenizer = NativeTokenizer.Open(folder.Path);

        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text).AsSpan()));
    }

    [Fact]
    public void Any_text_comes_back_byte_for_byte()
    {
        using var folder = TokenizerFolder.ByteLevel();
        using var tokenizer = NativeTokenizer.Open(folder.Path);

        Prop.ForAll(ArbMap.Default.ArbFor<string>().Filter(text => text is not null), text =>
        {
            var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)); // lone surrogates are no text
            return tokenizer.Decode(tokenizer.Encode(valid).AsSpan()) == valid;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_token_that_ends_inside_a_character_does_not_cut_the_text()
    {
        using var folder = TokenizerFolder.ByteLevel();
        using var tokenizer = NativeTokenizer.Open(folder.Path);
        var tokens = tokenizer.Encode("é!");

        Assert.Equal("\uFFFD", tokenizer.Decode(tokens.AsSpan()[..1]));
        Assert.Equal("é!", tokenizer.Decode(tokens.AsSpan()));
        Assert.Equal("ab", tokenizer.Decode([256, 100_000, -1]));
    }

    [Fact]
    public void Several_threads_may_encode_at_once()
    {
        using var folder = TokenizerFolder.ByteLevel();
        using var tokenizer = NativeTokenizer.Open(folder.Path);
        var texts = Enumerable.Range(0, 400).Select(number => $"{number} abc {number * number} ab\n").ToArray();
        var expected = texts.Select(text => tokenizer.Encode(text).ToArray()).ToArray();

        Parallel.For(0, texts.Length, index => Assert.Equal(expected[index], tokenizer.Encode(texts[index]).ToArray()));
    }

    [Theory]
    [InlineData("""{"eos_token_id": 259}""", null, new[] { 259 })]
    [InlineData("""{"eos_token_id": [259, 260]}""", null, new[] { 259, 260 })]
    [InlineData("""{"eos_token_id": 259}""", """{"eos_token_id": [260]}""", new[] { 260 })]
    [InlineData("""{}""", """{}""", new[] { 260 })]
    public void End_of_text_is_generation_config_then_config_then_the_tokenizer(string config, string? generationConfig, int[] expected)
    {
        using var folder = TokenizerFolder.ByteLevel().With("config.json", config).With("tokenizer_config.json", """{"eos_token": "<|start|>"}""");
        if (generationConfig is not null)
            folder.With("generation_config.json", generationConfig);
        using var tokenizer = NativeTokenizer.Open(folder.Path);

        Assert.Equal(expected, tokenizer.EndOfText.ToArray());
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData("""{"bos_token": "<s>"}""", 1)]
    [InlineData("""{"bos_token": "<s>", "add_bos_token": false}""", null)]
    [InlineData("""{"bos_token": {"content": "</s>"}, "add_bos_token": true}""", 2)]
    public void Begin_of_text_is_add_bos_token_or_else_the_template(string? tokenizerConfig, int? expected)
    {
        using var folder = TokenizerFolder.SentencePiece();
        if (tokenizerConfig is not null)
            folder.With("tokenizer_config.json", tokenizerConfig);
        using var tokenizer = NativeTokenizer.Open(folder.Path);

        Assert.Equal(expected, tokenizer.BeginOfText);
    }

    [Fact]
    public void A_folder_without_tokenizer_is_refused_by_name()
    {
        using var folder = TokenizerFolder.ByteLevel();
        File.Delete(Path.Combine(folder.Path, "tokenizer.json"));

        var refusal = Assert.Throws<CheckpointException>(() => NativeTokenizer.Open(folder.Path));
        Assert.EndsWith("tokenizer.json", refusal.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "is not JSON")]
    [InlineData("[]", "is not a JSON object")]
    [InlineData("{}", "has no \"model\"")]
    [InlineData("""{"model": {"type": "Unigram"}}""", "only byte-pair tokenizers")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}""", "model.vocab[\"a\"]")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 4000000000}, "merges": []}}""", "model.vocab[\"a\"]")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 1}, "merges": [7]}}""", "model.merges[0]")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 1}, "merges": []}, "added_tokens": [{"id": "x", "content": "y"}]}""", "added_tokens[0].id")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 1}, "merges": []}, "added_tokens": [{"id": 2, "content": "\ud800"}]}""", "lone surrogate")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 1}, "merges": []}, "pre_tokenizer": {"type": 3}}""", "pre_tokenizer has no type")]
    public void A_malformed_tokenizer_is_refused_before_the_native_library_sees_it(string content, string problem)
    {
        using var folder = TokenizerFolder.ByteLevel().With("tokenizer.json", content);

        var refusal = Assert.Throws<CheckpointException>(() => NativeTokenizer.Open(folder.Path));
        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_that_the_native_library_cannot_compile_is_a_refusal_not_an_abort()
    {
        using var folder = TokenizerFolder.ByteLevel();
        folder.Tokenizer["pre_tokenizer"] = JsonNode.Parse("""{"type": "Split", "pattern": {"Regex": "((("}, "behavior": "Isolated"}""");

        Assert.Throws<CheckpointException>(() => NativeTokenizer.Open(folder.Save().Path));
    }

    [Fact]
    public void A_text_that_the_vocabulary_cannot_spell_is_a_refusal()
    {
        using var folder = TokenizerFolder.ByteLevel();
        folder.Tokenizer["model"]!["vocab"]!.AsObject().Remove("q");
        using var tokenizer = NativeTokenizer.Open(folder.Save().Path);

        Assert.Throws<CheckpointException>(() => tokenizer.Encode("q"));
    }
}
