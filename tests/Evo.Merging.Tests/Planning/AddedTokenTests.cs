using System.Text.Json;
using Evo.Merging.Planning;
using Evo.Merging.Tests.Fixtures;

namespace Evo.Merging.Tests.Planning;

/// <summary>What the written tokenizer.json says of tokens that came from other models, or that rules name.</summary>
public sealed class AddedTokenTests
{
    private static readonly string[] Plain = ["<unk>", "<s>", "</s>", "x", "y"];

    /// <summary>Unions of real tokenizers add 100,000 tokens and more.</summary>
    [Fact]
    public void All_tokens_of_a_large_vocabulary_are_numbered_after_the_bases()
    {
        const int Count = 50_000;
        string[] many = [.. Enumerable.Range(0, Count).Select(number => $"word{number}")];
        using var scene = new MergeScene(
            ("base", TinyTokenizer.Model(0, TinyTokenizer.Of(Plain, "<|end|>"), 6)), ("large", TinyTokenizer.Model(0, TinyTokenizer.Of([.. many, "y"]), Count + 1)));
        var added = Added(scene.Plan("{merge_method: linear, base_model: base, models: [{model: base}, {model: large}], parameters: {weight: 1}, tokenizer_source: union}"));
        Assert.Equal(["<|end|>", .. many], added.Select(token => token.GetProperty("content").GetString()));
        Assert.Equal(Enumerable.Range(5, Count + 1), added.Select(token => token.GetProperty("id").GetInt32()));
    }

    /// <summary>mergekit makes every token that a rule names a plain added token, so that special ones would show in texts.</summary>
    [Fact]
    public void A_token_that_a_rule_names_stays_what_it_is()
    {
        using var scene = new MergeScene(
            ("base", TinyTokenizer.Model(0, TinyTokenizer.Of(Plain), 5)), ("chat", TinyTokenizer.Model(100, TinyTokenizer.Of(Plain, "<|im_end|>"), 6)));
        var added = Added(scene.Plan("""
            merge_method: linear
            base_model: base
            models: [{model: base}, {model: chat}]
            parameters: {weight: 1}
            tokenizer: {source: union, tokens: {x: {source: chat, force: true}, <|im_end|>: {source: chat}, new: {source: {kind: zero}}}}
            """));
        Assert.Equal(["<|im_end|> True", "new False"], added.Select(token => $"{token.GetProperty("content").GetString()} {token.GetProperty("special").GetBoolean()}"));
    }

    private static JsonElement[] Added(MergePlan plan)
    {
        var file = plan.Companions.First(companion => companion.Name == "tokenizer.json");
        using var json = JsonDocument.Parse(file.Text ?? File.ReadAllText(file.Path!));
        return [.. json.RootElement.GetProperty("added_tokens").EnumerateArray().Select(token => token.Clone())];
    }
}
