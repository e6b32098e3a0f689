using System.Text.Json;
using Evo.Checkpoints.Models;
using Evo.Checkpoints.Weights;
using Evo.Inference.Tokenizers;

namespace Evo.Inference.Tests.Family;

/// <summary>The trained family (search-spaces/models): a real tokenizer file, and windows long enough for several tiles of attention.</summary>
public sealed class FamilyTests
{
    private static readonly string Folder = Path.Combine(SearchSpaces(), "models", "base");

    public static TheoryData<string> TaskFiles => [.. Directory.EnumerateFiles(Path.Combine(SearchSpaces(), "tasks"), "*.jsonl").Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(TaskFiles))]
    public void Every_text_of_the_tasks_comes_back(string file)
    {
        using var tokenizer = NativeTokenizer.Open(Folder);
        foreach (var line in File.ReadLines(Path.Combine(SearchSpaces(), "tasks", file)))
        {
            using var item = JsonDocument.Parse(line);
            foreach (var text in item.RootElement.EnumerateObject().SelectMany(field => Texts(field.Value)))
                Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text).AsSpan()));
        }
    }

    [Fact]
    public void Ids_are_those_of_an_independent_implementation()
    {
        using var tokenizer = NativeTokenizer.Open(Folder);

        // From transformers.js's tokenizer (npm @lenml/tokenizers 3.7.2), which agrees on all 12,960 texts of the tasks.
        Assert.Equal([436, 220, 19, 22, 10, 23, 20, 28], tokenizer.Encode("add 47+85=").ToArray());
        Assert.Equal([434, 275, 78, 67, 416, 283, 378, 348, 287, 283, 377, 314], tokenizer.Encode("german today the cat sees the dog =>").ToArray());
        Assert.Equal(
            [77, 64, 127, 107, 365, 258, 64, 69, 127, 102, 220, 162, 245, 98, 162, 250, 105, 220, 172, 253, 246, 222, 201, 198, 197, 87, 220, 280, 639],
            tokenizer.Encode("naïve café 日本 😀\r\n\tx  y<|im_end|>").ToArray());
        Assert.Null(tokenizer.BeginOfText);
        Assert.Equal([637], tokenizer.EndOfText.ToArray());
    }

    [Fact]
    public void Windows_of_any_length_score_the_same_bits_alone_and_together()
    {
        using var folder = ModelFolder.Open(Folder);
        using var weights = new CpuWeights(new WeightLayout(folder.Tensors));
        foreach (var slot in weights.Layout.Slots)
            folder.ReadFloats(slot.Name, 0, weights[slot]);
        using var tokenizer = NativeTokenizer.Open(Folder);
        var random = new Random(2);
        ScoreRequest[] requests = [.. new[] { 2, 63, 64, 65, 66, 129, 193, 256, 257, 321, 500 }.Select(length =>
            new ScoreRequest(Tokens(random, length), Tokens(random, 8)))];
        using var alone = DecoderModel.Create(folder.Config, weights, tokenizer, new InferenceOptions(Workers: 1));
        using var together = DecoderModel.Create(folder.Config, weights, tokenizer, new InferenceOptions(Workers: 2, BatchTokens: 100_000));

        var results = together.Score(requests);

        Assert.All(requests.Zip(results), pair =>
            Assert.Equal(alone.Score([pair.First])[0].LogProbabilities.ToArray(), pair.Second.LogProbabilities.ToArray()));
    }

    private static int[] Tokens(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(637))];

    private static IEnumerable<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Texts),
        _ => [],
    };

    private static string SearchSpaces()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Evo.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("Evo.sln is in none of the folders above the tests.");
        return Path.Combine(folder, "search-spaces");
    }
}
