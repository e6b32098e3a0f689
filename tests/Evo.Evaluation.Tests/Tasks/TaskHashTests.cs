using Evo.Evaluation.Tests.Doubles;

namespace Evo.Evaluation.Tests.Tasks;

/// <summary>Caches key on the hash: what decides a score changes it, nothing else does.</summary>
public sealed class TaskHashTests
{
    private const string Yaml = """{name: n, kind: generate, data: data.jsonl, prompt: "{q}=", answer: "{a}", stop: ["\n"], metric: exact_match}""";

    private static readonly string[] Items = ["""{"q": "1+1", "a": 2}""", """{"q": "1+2", "a": 3}"""];

    private static string Hash(string yaml, params string[] items)
    {
        using var folder = new TaskFolder();
        return folder.Read(yaml, items).ContentHash;
    }

    [Theory]
    [InlineData("name: n", "name: other")]
    [InlineData("name: n, ", "")]
    [InlineData("stop: [\"\\n\"]", "stop: \"\\n\"")]
    [InlineData("stop", "max_tokens: 64, stop")]
    [InlineData("stop", "few_shot_separator: unused, stop")]
    [InlineData("stop", "strip: true, stop")]
    public void Names_folders_and_spellings_do_not_count(string text, string instead)
        => Assert.Equal(Hash(Yaml, Items), Hash(Yaml.Replace(text, instead, StringComparison.Ordinal), Items));

    [Theory]
    [InlineData("{q}=", "{q} =")]
    [InlineData("answer: \"{a}\"", "answer: \"{q}\"")]
    [InlineData("\\n", ";")]
    [InlineData("exact_match", "f1")]
    [InlineData("stop", "max_tokens: 63, stop")]
    [InlineData("stop", "ignore_case: true, stop")]
    [InlineData("stop", "strip: false, stop")]
    [InlineData("stop", "few_shot: 1, stop")]
    public void The_definition_counts(string text, string instead)
        => Assert.NotEqual(Hash(Yaml, Items), Hash(Yaml.Replace(text, instead, StringComparison.Ordinal), Items));

    [Fact]
    public void The_items_count_and_their_fields_order_does_not()
    {
        Assert.Equal(Hash(Yaml, Items), Hash(Yaml, """{"a":2,"q":"1+1"}""", Items[1]));
        Assert.NotEqual(Hash(Yaml, Items), Hash(Yaml, Items[0]));
        Assert.NotEqual(Hash(Yaml, Items), Hash(Yaml, Items[1], Items[0]));
        Assert.NotEqual(Hash(Yaml, Items), Hash(Yaml, Items[0], """{"q": "1+2", "a": 4}"""));
        Assert.NotEqual(Hash(Yaml, Items), Hash(Yaml, Items[0], """{"q": "1+2", "a": "3"}"""));
        Assert.NotEqual(Hash(Yaml, Items), Hash(Yaml, Items[0], """{"id": "x", "q": "1+2", "a": 3}"""));
    }

    [Fact]
    public void Stored_hashes_stay_valid_until_the_form_is_changed_on_purpose()
        => Assert.Equal("63d78d5e64d72faadf138259fe4d9732ec053c589bb515b85d7af200b408cc70", Hash(Yaml, Items));
}
